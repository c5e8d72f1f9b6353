import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { aRegistry, type Registry } from "./support/registry.ts";
import { aModel } from "./support/seed.ts";
import type { Data } from "./support/send.ts";
import {
  deleteModel,
  deleteVersion,
  listTrash,
  purgeModel,
  purgeVersion,
  readTombstone,
  restoreModel,
  restoreVersion,
  transfer,
} from "./support/settings.ts";
import { SettingsReference } from "./support/settings-reference.ts";

const create = `mutation ($modelId: ID!, $name: String!) {
  createModelVersion(modelId: $modelId, input: { name: $name, type: LINE }) { modelVersion { id } userErrors { code } }
}`;
const read = `query ($modelId: ID!) { model(by: { id: $modelId }) {
  name versionCount latestVersion { version } versions(orderBy: { field: VERSION }) { nodes { id name version } }
} }`;
const find = `query ($modelId: ID!, $version: Int!) {
  modelVersion(by: { number: { model: { id: $modelId }, version: $version } }) { id }
}`;

const names = ["a", "b", "c"];

/** What is done, by the place of a model and a version among those that there are; each action takes what it needs. */
const step = fc.record({
  action: fc.constantFrom(
    ...(["create", "create", "create", "transfer", "transfer", "delete", "restore", "purge"] as const),
    ...(["deleteModel", "restoreModel", "purgeModel"] as const),
  ),
  modelAt: fc.nat(11),
  versionAt: fc.nat(11),
  name: fc.constantFrom(...names),
  newName: fc.option(fc.constantFrom(...names), { freq: 2 }),
  cascade: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Does it in the registry and in the reference, which have to answer alike. */
async function perform(registry: Registry, reference: SettingsReference, given: Step): Promise<string> {
  const { action, name, newName, cascade } = given;
  const { models, versions } = reference;
  const model = models[given.modelAt % models.length];
  const version = versions[given.versionAt % versions.length];
  if (!model) throw new Error("There are models from the start.");
  const answer = async (operation: string, variables: object) =>
    Object.values<Data>(await registry.ask(operation, variables))[0];
  const same = async (operation: string, variables: object, expected: string) => {
    const code = (await answer(operation, variables)).userErrors[0]?.code ?? "";
    expect(`${action} ${code}`).toBe(`${action} ${expected}`);
    return `${action} ${code}`;
  };
  const { id: modelId } = model;
  if (action === "deleteModel")
    return same(deleteModel, { id: modelId, cascade }, reference.deleteModel(model, cascade));
  if (action === "restoreModel")
    return same(restoreModel, { id: modelId, name: newName }, reference.restoreModel(model, newName));
  if (action === "purgeModel") return same(purgeModel, { id: modelId }, reference.purgeModel(model));
  if (action === "create" || !version) {
    const { modelVersion, userErrors } = await answer(create, { modelId, name });
    expect(userErrors[0]?.code ?? "").toBe(reference.createVersion(model, name, modelVersion?.id));
    return `create ${userErrors[0]?.code ?? ""}`;
  }
  const { id } = version;
  if (action === "delete") return same(deleteVersion, { id }, reference.deleteVersion(version));
  if (action === "purge") return same(purgeVersion, { id }, reference.purgeVersion(version));
  if (action === "restore")
    return same(restoreVersion, { id, name: newName }, reference.restoreVersion(version, newName));
  return same(transfer, { id, modelId, name: newName }, reference.transfer(version, model, newName));
}

/** Reads everything, and finds every number that was ever given. */
async function compare(registry: Registry, reference: SettingsReference) {
  for (const model of reference.models) {
    const live = reference.live(model).sort((a, b) => a.number - b.number);
    expect((await registry.ask(read, { modelId: model.id })).model).toEqual(
      model.trashedBy
        ? null
        : {
            ...{ name: model.name, versionCount: live.length },
            latestVersion: live.length === 0 ? null : { version: live.at(-1)?.number },
            versions: { nodes: live.map(({ id, name, number }) => ({ id, name, version: number })) },
          },
    );
    for (const [index, version] of model.numbers.entries()) {
      const found = await registry.ask(find, { modelId: model.id, version: index + 1 });
      const there = !model.trashedBy && !version.trashedBy;
      expect(found.modelVersion).toEqual(there ? { id: version.id } : null);
    }
    const next = await registry.ask(find, { modelId: model.id, version: model.numbers.length + 1 });
    expect(next.modelVersion).toBeNull();
  }
  const { nodes } = (await registry.ask(listTrash, { first: 100 })).trash;
  const ids = nodes.map(({ objectId }: { objectId: string }) => objectId);
  expect(ids.sort()).toEqual(
    reference
      .trash()
      .map(({ id }) => id)
      .sort(),
  );
  for (const { id, name, purged } of [...reference.models, ...reference.versions]) {
    const { tombstone } = await registry.ask(readTombstone, { id });
    expect(tombstone?.name).toBe(purged ? name : undefined);
  }
}

test("any sequence of creating, deleting, restoring, purging and transferring follows the rules", async () => {
  const outcomes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: "max" }), async (steps) => {
      const registry = await aRegistry();
      const reference = new SettingsReference();
      for (const each of names)
        reference.models.push({
          ...{ id: await aModel(registry, { name: each }), name: each },
          ...{ trashedBy: null, purged: false, numbers: [] },
        });
      for (const each of steps) outcomes.add(await perform(registry, reference, each));
      await compare(registry, reference);
    }),
    { numRuns: 30 },
  );
  expect(outcomes.size).toBeGreaterThan(12); // done and refused in many ways, or it says nothing
});
