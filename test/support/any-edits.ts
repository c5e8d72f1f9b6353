import { expect } from "@jest/globals";
import fc from "fast-check";
import type { Registry } from "./registry.ts";
import { aVersion } from "./seed.ts";
import type { Data } from "./send.ts";

/** Why an edit is refused, and where. */
export type Refused = [code: string, ...field: (string | number)[]];

/** A section of a version, and the seed's rules of it, written down once more and as plainly as can be. */
export interface Section<Operation, Item extends object> {
  name: "labels" | "parameters";
  mutation: "updateLabelMap" | "updateParameters";
  key: keyof Item;
  fields: string;
  /** What the version has before the first edit. */
  start: Item[];
  /** What is wrong with an input by itself. */
  check(input: Input<Operation, Item>): Refused[];
  /** What an input makes of the items that are there, in the order in which they are shown. */
  apply(before: Item[], input: Input<Operation, Item>): Item[] | Refused[];
}

export interface Input<Operation, Item> {
  operations?: Operation[];
  replace?: Item[];
}

export interface Attempt<Operation, Item> {
  input: Input<Operation, Item>;
  expected: "none" | "today's" | "another";
  dryRun: boolean;
}

/** Some edits, one after the other. */
export function attempts<Operation, Item>(operation: fc.Arbitrary<Operation>, item: fc.Arbitrary<Item>) {
  const input: fc.Arbitrary<Input<Operation, Item>> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ operations: fc.array(operation, { maxLength: 4 }) }) },
    { weight: 1, arbitrary: fc.record({ replace: fc.array(item, { maxLength: 4 }) }) },
  );
  const attempt: fc.Arbitrary<Attempt<Operation, Item>> = fc.record({
    input,
    expected: fc.constantFrom("none", "none", "today's", "today's", "today's", "another"),
    dryRun: fc.constantFrom(false, false, false, true),
  });
  return fc.array(attempt, { minLength: 1, maxLength: 8 });
}

/** Edits a new version again and again, and compares every answer, and all that is stored, with the plain rules. */
export async function follow<Operation, Item extends object>(
  registry: Registry,
  modelId: string,
  section: Section<Operation, Item>,
  edits: Attempt<Operation, Item>[],
): Promise<void> {
  const id = await aVersion(registry, modelId, { [section.name]: section.start });
  const shown = `updatedAt ${section.name} { ${section.fields} } labelCount
    revisions { about labels parameters dockerImage files }`;
  const read = async () =>
    (await registry.ask(`query ($id: ID!) { modelVersion(by: { id: $id }) { ${shown} } }`, { id }))
      .modelVersion;
  let version = await read();
  for (const { input, expected, dryRun } of edits) {
    const before: Item[] = version[section.name];
    const today: number = version.revisions[section.name];
    const expectedRevision = { none: null, "today's": today, another: today + 1 }[expected];
    const answer = (await registry.ask(mutationOf(section, shown), { id, input, expectedRevision, dryRun }))[
      section.mutation
    ];

    const wrong = section.check(input);
    if (input.replace && expectedRevision === null) wrong.unshift(["INVALID", "expectedRevision"]);
    if (wrong.length === 0 && expected === "another") wrong.push(["CONFLICT", "expectedRevision"]);
    const outcome = wrong.length > 0 ? wrong : section.apply(before, input);
    const after = isRefused(outcome) ? before : outcome;
    expect(refusalOf(answer)).toEqual(isRefused(outcome) ? outcome : []);
    expect(answer).toMatchObject(difference(before, after, section.key));

    const now = await read();
    expect(answer.modelVersion).toEqual(now);
    if (dryRun || JSON.stringify(before) === JSON.stringify(after)) expect(now).toEqual(version);
    else {
      const revisions = { ...version.revisions, [section.name]: today + 1 };
      expect(now).toMatchObject({ [section.name]: after, revisions });
      expect(now.updatedAt >= version.updatedAt).toBe(true);
    }
    if (section.name === "labels") expect(now.labelCount).toBe(now.labels.length);
    version = now;
  }
}

function mutationOf(
  { mutation, fields }: Pick<Section<never, object>, "mutation" | "fields">,
  shown: string,
) {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  return `mutation ($id: ID!, $input: ${type}!, $expectedRevision: Int, $dryRun: Boolean) {
    ${mutation}(id: $id, input: $input, expectedRevision: $expectedRevision, dryRun: $dryRun) {
      modelVersion { ${shown} } added { ${fields} } removed { ${fields} }
      changed { before { ${fields} } after { ${fields} } } userErrors { code field }
    }
  }`;
}

function refusalOf({ userErrors }: Data): Refused[] {
  return userErrors.map(({ code, field }: { code: string; field: string[] }) => [
    code,
    ...field.map((step) => (/^\d+$/.test(step) ? Number(step) : step)),
  ]);
}

/** The code of a refusal comes first; an item is an object. */
function isRefused<Item extends object>(outcome: Item[] | Refused[]): outcome is Refused[] {
  return Array.isArray(outcome[0]);
}

function difference<Item extends object>(before: Item[], after: Item[], key: keyof Item) {
  const same = (items: Item[], item: Item) => items.find((each) => each[key] === item[key]);
  return {
    added: after.filter((item) => !same(before, item)),
    removed: before.filter((item) => !same(after, item)),
    changed: after
      .map((item) => ({ before: same(before, item), after: item }))
      .filter((change) => change.before && JSON.stringify(change.before) !== JSON.stringify(change.after)),
  };
}
