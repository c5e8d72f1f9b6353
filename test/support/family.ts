import { aRegistry, type Registry } from "./registry.ts";
import { aModel, anExperiment, aVersion } from "./seed.ts";

/** Exports an experiment that started from a version as the next one of a model, and gives its id. */
export async function next(
  registry: Pick<Registry, "ask">,
  base: string,
  modelId: string,
  name: string,
): Promise<string> {
  const id = await anExperiment(registry, { base }, { name: `to ${name}` });
  return exportAs(registry, id, modelId, name);
}

/** Exports an experiment as the next version of a model, and gives its id. */
export async function exportAs(
  registry: Pick<Registry, "ask">,
  id: string,
  modelId: string,
  name: string,
): Promise<string> {
  const { exportExperiment } = await registry.ask(
    `mutation ($id: ID!, $modelId: ID!, $name: String!) {
      exportExperiment(id: $id, modelId: $modelId, input: { name: $name, anyStatus: true }) { modelVersion { id } }
    }`,
    { id, modelId, name },
  );
  return exportExperiment.modelVersion.id;
}

/** Root ← a ← b, and root ← c. */
export async function aFamily() {
  const registry = await aRegistry();
  const modelId = await aModel(registry, { name: "PPE" });
  const root = await aVersion(registry, modelId, { name: "root" });
  const a = await next(registry, root, modelId, "a");
  const b = await next(registry, a, modelId, "b");
  const c = await next(registry, root, modelId, "c");
  return { registry, modelId, root, a, b, c };
}
