import { expect, test } from "@jest/globals";
import { limits } from "../src/limits.ts";
import { aRegistry, type Registry } from "./support/registry.ts";
import { aModel, aSourceExperiment, aVersion } from "./support/seed.ts";

const labels = Array.from({ length: limits.labels }, (_, index) => ({ index, name: `class ${index}` }));

/** The same edit again and again in one document: a trial each time but the last. */
function trialsAndEdit(count: number, type: string, mutation: string, selection: string): string {
  const edits = Array.from({ length: count }, (_, index) => {
    const dryRun = index < count - 1;
    return `e${index}: ${mutation}(id: $id, input: $input, expectedRevision: 1, dryRun: ${dryRun}) { ${selection} }`;
  });
  return `mutation ($id: ID!, $input: ${type}!) { ${edits.join(" ")} }`;
}

async function revisionsOf(registry: Registry, id: string) {
  const query = `query ($id: ID!) {
    modelVersion(by: { id: $id }) { revisions { about labels parameters dockerImage files } }
  }`;
  return (await registry.ask(query, { id })).modelVersion.revisions;
}

// Half of the items change, and half give way to as many others: without the added, the changed or the removed it would fit.
const half = limits.labels / 2;
const otherLabels = labels.map(({ index, name }) =>
  index < half ? { index, name: `other ${index}` } : { index: index + limits.labels, name },
);
const parameters = (first: number, letter: string) =>
  Array.from({ length: 16 }, (_, index) => ({
    name: `p${index < 8 ? index : index + first}`,
    value: letter.repeat(60_000),
  }));
const long = "x".repeat(limits.dockerValue);
const variables = Array.from({ length: limits.dockerItems }, (_, index) => ({
  name: `V${index}`,
  value: long,
}));

test.each([
  {
    count: 3,
    mutation: "updateLabelMap",
    type: "UpdateLabelMapInput",
    form: { labels },
    input: { replace: otherLabels },
    selection: "added { index } changed { before { index } after { index } } removed { index }",
  },
  {
    count: 6,
    mutation: "updateParameters",
    type: "UpdateParametersInput",
    form: { parameters: parameters(0, "x") },
    input: { replace: parameters(100, "y") },
    selection: "added { value } changed { before { value } after { value } } removed { value }",
  },
  {
    count: 7,
    mutation: "updateDockerImage",
    type: "UpdateDockerImageInput",
    form: {
      dockerImage: {
        image: "acme/yolox:1",
        flags: variables.map(() => long),
        environmentVariables: variables,
      },
    },
    input: { tag: "2" },
    selection: "dockerImage { tag flags environmentVariables { name value } }",
  },
])(
  "an edit by $mutation that would make the answer too large is not done",
  async ({ count, mutation, type, form, input, selection }) => {
    const registry = await aRegistry();
    const id = await aVersion(registry, await aModel(registry), form);
    const before = await revisionsOf(registry, id);
    const edits = (some: number) =>
      registry.send(trialsAndEdit(some, type, mutation, selection), { id, input });
    expect((await edits(count)).body.errors).toMatchObject([
      { path: [`e${count - 1}`], extensions: { code: "QUERY_TOO_LARGE" } },
    ]);
    expect(await revisionsOf(registry, id)).toEqual(before);
    expect((await edits(1)).body.errors).toBeUndefined();
  },
);

test("label maps that are compared count, also when they do not differ", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  const datasets = ["a", "b", "c", "d", "e", "f", "g"].map((alias) => ({
    ...{ alias, dataset: "PPE", version: "1", url: null },
    labels,
  }));
  const ids: string[] = [];
  for (let version = 0; version < 3; version += 1) {
    const id = await aVersion(registry, modelId, { labels });
    await aSourceExperiment(registry, id, datasets);
    ids.push(id);
  }
  const query =
    "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on ModelVersion { labelMapDivergence { alias } } } }";
  const some = await registry.ask(query, { ids: ids.slice(1) });
  expect(some.nodes).toEqual([{ labelMapDivergence: [] }, { labelMapDivergence: [] }]);
  const refusal = { extensions: { code: "QUERY_TOO_LARGE" } };
  expect((await registry.send(query, { ids })).body.errors?.[0]).toMatchObject(refusal);

  const [id = ""] = ids;
  const edits = trialsAndEdit(3, "UpdateLabelMapInput", "updateLabelMap", "warnings { alias }");
  const input = { operations: [{ remove: { index: 0 } }] };
  expect((await registry.send(edits, { id, input })).body.errors).toMatchObject([
    { path: ["e2"], ...refusal },
  ]);
  expect(await revisionsOf(registry, id)).toMatchObject({ labels: 1 });
});
