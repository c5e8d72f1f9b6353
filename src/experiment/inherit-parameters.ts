import type { EntityManager } from "typeorm";
import type { ModelVersion } from "../model-version/model-version.ts";
import { checkParameters, type ParameterInput, readValue } from "../parameter/parameter.input.ts";
import { readParametersOf, versionParameters, writeParameters } from "../parameter/parameter.ts";
import { type ParameterList, toParameterList } from "../parameter/parameter-list.ts";
import { type Problems, readName } from "../text.ts";
import { Refusal, UserErrorCode } from "../user-error.ts";
import { experimentParameters } from "./experiment-parameter.ts";

const field = ["input", "parameters"];

/** Gives an experiment the parameters of its base, with the values that its creation gives them. @throws Refusal */
export async function inheritParameters(
  tx: EntityManager,
  experimentId: string,
  base: ModelVersion | null,
  given: ParameterInput[],
): Promise<void> {
  const problems: Problems = [];
  const list = toParameterList(base ? await readParametersOf(tx, versionParameters, base.id) : []);
  override(list, given, problems);
  if (problems.length === 0) checkParameters([...list.values()], field, problems);
  if (problems.length > 0) throw new Refusal(problems);
  await writeParameters(tx, experimentParameters, experimentId, [...list.values()]);
}

/** A parameter that is there keeps its place, and its type as long as the value is of it; others come after the last. */
function override(list: ParameterList, given: ParameterInput[], problems: Problems): void {
  let last = Math.max(0, ...[...list.values()].map(({ position }) => position));
  const seen = new Set<string>();
  given.forEach((parameter, index) => {
    const path = [...field, String(index)];
    const name = readName(parameter.name, [...path, "name"], problems);
    if (seen.has(name)) {
      const message = `Expected every name once, got "${name.slice(0, 80)}" again.`;
      problems.push({ code: UserErrorCode.DUPLICATE, field: [...path, "name"], message });
    }
    seen.add(name);
    const { type, position } = list.get(name) ?? { position: ++last };
    list.set(name, { name, position, ...readValue(parameter, [...path, "value"], problems, type) });
  });
}
