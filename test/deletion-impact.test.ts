import { expect, test } from "@jest/globals";
import { toGlobalId } from "../src/node/id.ts";
import { aFamily, next } from "./support/family.ts";
import { type Registry, statementsOf } from "./support/registry.ts";
import { aFile, aModel, aVersion, uuid } from "./support/seed.ts";
import { deleteVersion, purgeVersion } from "./support/settings.ts";

const impact = "impact { experimentCount experiments { name } descendantCount descendants { name } }";

/** Does it for trial, then in earnest: both tell the same. */
async function impactOf(registry: Registry, mutation: string, id: string, more = "") {
  const run = async (dryRun: boolean) => {
    const query = `mutation ($id: ID!, $dryRun: Boolean!) {
      ${mutation}(id: $id, dryRun: $dryRun ${more}) { ${impact} userErrors { message } }
    }`;
    const { [mutation]: payload } = await registry.ask(query, { id, dryRun });
    expect(payload.userErrors).toEqual([]);
    return payload.impact;
  };
  const before = await run(true);
  expect(await run(false)).toEqual(before);
  return before;
}

function builtBy(experiments: string[], descendants: string[]) {
  const named = (names: string[]) => names.map((name) => ({ name }));
  return {
    ...{ experimentCount: experiments.length, experiments: named(experiments) },
    ...{ descendantCount: descendants.length, descendants: named(descendants) },
  };
}

test("a deletion tells who has built on a version, and a purge tells it again", async () => {
  const { registry, a } = await aFamily();
  const built = builtBy(["to b"], ["b"]);
  expect(await impactOf(registry, "deleteModelVersion", a)).toEqual(built);
  expect(await impactOf(registry, "purgeModelVersion", a)).toEqual(built);
});

test("who comes from a version by way of a purged one comes from it still", async () => {
  const { registry, root, a } = await aFamily();
  for (const gone of [deleteVersion, purgeVersion]) await registry.ask(gone, { id: a });
  expect(await impactOf(registry, "deleteModelVersion", root)).toEqual(builtBy(["to a", "to c"], ["b", "c"]));
});

test("a model's own versions do not count when it is deleted, nor when it is purged; those of others do", async () => {
  const { registry, modelId, b, c } = await aFamily();
  await next(registry, b, await aModel(registry), "d");
  await registry.ask(deleteVersion, { id: c });
  const all = builtBy(["to a", "to b", "to c", "to d"], ["d"]);
  expect(await impactOf(registry, "deleteModel", modelId, "cascade: true")).toEqual(all);
  expect(await impactOf(registry, "purgeModel", modelId)).toEqual(all);
});

test("of a file it is who has built on its version", async () => {
  const { registry, a } = await aFamily();
  const file = toGlobalId("ModelFile", await aFile(registry, a));
  expect(await impactOf(registry, "deleteModelFile", file)).toEqual(builtBy(["to b"], ["b"]));
  expect(await impactOf(registry, "purgeModelFile", file)).toEqual(builtBy(["to b"], ["b"]));
});

test("all are counted, and the first hundred shown", async () => {
  const { registry, c } = await aFamily();
  await registry.db.query(
    `insert into experiment (id, organization_id, created_by_id, name, type, base_model_version_id, base_model_name, base_name, base_version)
     select gen_random_uuid(), $1, $2, 'more ' || i, 'LINE', $3, '', '', 1 from generate_series(1, 101) i`,
    [registry.organizationId, registry.userId, uuid(c)],
  );
  const { experimentCount, experiments } = await impactOf(registry, "deleteModelVersion", c);
  expect([experimentCount, experiments.length]).toEqual([101, 100]);
});

test("it is read by two statements, and by none when nobody asks", async () => {
  const { registry, modelId, root } = await aFamily();
  const lone = await aVersion(registry, modelId);
  const query = (fields: string) =>
    `mutation ($id: ID!) { deleteModelVersion(id: $id, dryRun: true) { ${fields} userErrors { code } } }`;
  const sent = async (id: string, fields: string) =>
    (await statementsOf(() => registry.ask(query(fields), { id }))).length;
  const silent = await sent(root, "");
  expect([await sent(root, impact), await sent(lone, impact)]).toEqual([silent + 2, silent + 2]);
});
