import { beforeAll, expect, test } from "@jest/globals";
import { Role } from "../src/member/role.ts";
import { exportAs } from "./support/family.ts";
import { aMember, aRegistry, type Registry } from "./support/registry.ts";
import { aDatasetVersion, aFile, aModel, anExperiment, aVersion, uuid, wholeForm } from "./support/seed.ts";
import { bothWays } from "./support/written.ts";

const odd = "\"quotes\", \\backslash, \n\r\t\u0001\u001f\u007f, 😀, \u2028\u2029, é, </script>, '$1', %s";

/** Values of parameters whose JSON could come out in more than one way. */
const values = [
  ...[
    0,
    -0,
    0.1,
    1e21,
    1e-7,
    2 ** 53 - 1,
    -(2 ** 53) + 1,
    123456789.12345679,
    5e-324,
    1.7976931348623157e308,
  ],
  ...[true, false, null, "", odd, [], {}, [[], {}, [null]]],
  { b: 1, a: { '"': [1, -0, 0.1, 1e-7, odd] }, 2: "two", 1: "one", "": null, __proto__x: 1 },
];
const parameters = values.map((value, index) => ({
  name: `p${index}`,
  value,
  ...(typeof value === "number" && { type: "FLOAT" }),
}));

const long = "n".repeat(63);
const page = "nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";
const everyPage = `${page} totalCount edges { cursor node { id name } } __typename`;

interface Asked {
  query: string;
  variables?: object;
  /** Where resolvers make the answer. */
  byResolvers?: boolean;
}

const cases: { [what: string]: Asked } = {
  "a page": { query: `{ modelVersions(first: 2) { ${everyPage} } }` },
  "the end of a list": { query: `{ modelVersions(last: 2) { ${everyPage} } }` },
  "a page with everything": { query: `{ modelVersions(first: 100) { ${everyPage} } }` },
  "nothing of a page": { query: `{ modelVersions(first: 0) { ${everyPage} } }` },
  "nothing of the end": { query: `{ modelVersions(last: 0) { ${everyPage} } }` },
  "an empty list": { query: `{ modelVersions(where: { name: { eq: "none" } }) { ${everyPage} } }` },
};
for (const field of ["NAME", "CREATED_AT", "UPDATED_AT", "VERSION"])
  for (const direction of ["ASC", "DESC"])
    cases[`${field} ${direction}`] = {
      query: `{ modelVersions(first: 3, orderBy: { field: ${field}, direction: ${direction} }) { ${everyPage} }
        models { nodes { versions(last: 2, orderBy: { field: ${field}, direction: ${direction} }) { ${everyPage} } } } }`,
    };
Object.assign(cases, {
  "several lists of one page": {
    query:
      "{ modelVersions(first: 3) { a: nodes { id } b: nodes { name model { name } } c: edges { node { name } } d: edges { cursor } totalCount e: totalCount } }",
  },
  "only that there is nothing before": {
    query: "{ models { nodes { versions { pageInfo { hasPreviousPage } } } } }",
  },
  "only whether there is more at the end": {
    query: "{ models { nodes { versions(last: 1) { pageInfo { hasNextPage __typename } } } } }",
  },
  "only type names": {
    query: "{ models { __typename pageInfo { __typename } edges { __typename node { __typename } } } }",
  },
  "only a count": { query: "{ models { totalCount nodes { versions { totalCount } } } }" },
  "names that SQL could take for its own": {
    query:
      "query ($id: ID!) { o: modelVersion(by: { id: $id }) { o: name j: id k: type r: model { o: name } createdBy { o: name } } }",
  },
  "lists with names that SQL could take for its own": {
    query:
      "query ($id: ID!) { modelVersion(by: { id: $id }) { labels { o: name } o: parameters { o: name } files { nodes { o: name } } } models { nodes { o: name p: id n: id } } modelVersions { edges { node { p: name o: id n: id } } } }",
  },
  "an object once more in itself": {
    query:
      "query ($id: ID!) { modelVersion(by: { id: $id }) { model { o: latestVersion { o: model { o: name } } } } }",
  },
  "names that GraphQL and JavaScript have": {
    query:
      "query ($id: ID!) { __proto__: modelVersion(by: { id: $id }) { __proto__: name constructor: id toString: type } }",
  },
  "fragments and names in several places": {
    query: `query ($id: ID!) { modelVersion(by: { id: $id }) { ...A name model { id } ... on Node { id } ... { model { name } ...B } } }
      fragment A on ModelVersion { model { createdBy { name } } labels { index } } fragment B on ModelVersion { labels { name } first: labels(first: 1) { name } }`,
  },
  "nothing that is included": {
    query:
      "query ($id: ID!, $no: Boolean!) { modelVersion(by: { id: $id }) { name @include(if: $no) } models { nodes { name @include(if: $no) } } datasets @include(if: $no) { totalCount } }",
    variables: { no: false },
  },
  "no connection that is included": {
    query:
      "query ($no: Boolean!) { models { nodes @include(if: $no) { name } } modelVersions { nodes { labels { name @include(if: $no) } files { totalCount @include(if: $no) } } } }",
    variables: { no: false },
  },
  "the same root field twice": {
    query:
      "query ($id: ID!, $other: ID!) { a: modelVersion(by: { id: $id }) { name } b: modelVersion(by: { id: $other }) { name } }",
    byResolvers: false,
  },
  "the same list twice": {
    query: "{ a: models(first: 1) { nodes { name } } b: models(first: 2) { nodes { name } } }",
  },
  "__typename beside a root field": { query: "{ __typename models { totalCount } }", byResolvers: true },
  "what there is not": { query: `{ model(by: { name: "none" }) { name } }` },
  "what there is not beside what there is": {
    query: `query ($id: ID!) { a: modelVersion(by: { id: $id }) { name file(name: "none") { size } sourceExperiment { url } } model(by: { name: "none" }) { name } }`,
  },
  "an id of another type": {
    query: `query ($id: ID!) { model(by: { id: $id }) { name } }`,
    byResolvers: true,
  },
  "no id": { query: `{ model(by: { id: "x" }) { name } }`, byResolvers: true },
  "too few labels": {
    query: "query ($id: ID!) { modelVersion(by: { id: $id }) { name labels(first: -1) { name } } }",
    byResolvers: true,
  },
  "a page too large": {
    query: "{ models { nodes { versions(first: 101) { nodes { name } } } } }",
    byResolvers: true,
  },
  "a page too large of which nothing is shown": {
    query: "{ models { nodes { versions(first: 101) { totalCount } } } }",
    byResolvers: true,
  },
  "a negative page of which nothing is shown": {
    query: "{ models { nodes { versions(last: -1) { __typename } } } }",
    byResolvers: true,
  },
  "two ends of which nothing is shown": {
    query: "{ models { nodes { versions(first: 1, last: 1) { totalCount } } } }",
    byResolvers: true,
  },
  "a wrong cursor of which nothing is shown": {
    query: `{ models { nodes { versions(after: "x") { totalCount } } } }`,
    byResolvers: true,
  },
  "a text that is none": {
    query: `{ models(where: { name: { eq: "\\u0000" } }) { nodes { name } } }`,
    byResolvers: true,
  },
  "no labels": { query: "query ($id: ID!) { modelVersion(by: { id: $id }) { labels(first: 0) { name } } }" },
  "all text": {
    query: `query ($id: ID!) { modelVersion(by: { id: $id }) { name description labels { name } parameters { name type value }
      dockerImage { image tag flags environmentVariables { name value secret visibility } } model { name description } files { nodes { name filename } } } }`,
  },
  numbers: {
    query:
      "query ($exported: ID!) { modelVersion(by: { id: $exported }) { sourceExperiment { name projectName url experimentId metrics { name value best goal } parameters { name value } datasetVersions { alias dataset version labels { name } } } files { nodes { size sizeCategory } } } }",
  },
  moments: {
    query:
      "query ($id: ID!) { modelVersion(by: { id: $id }) { createdAt updatedAt model { createdAt } files { nodes { verifiedAt createdAt } } } modelVersions(orderBy: { field: CREATED_AT, direction: ASC }) { edges { cursor } } }",
  },
  "a long name": { query: `query ($id: ID!) { modelVersion(by: { id: $id }) { ${long}: name } }` },
  "a name that is too long": {
    query: `query ($id: ID!) { modelVersion(by: { id: $id }) { ${long}x: name ${long}y: id } }`,
    byResolvers: true,
  },
  "a long name of a root field": {
    query: `query ($id: ID!) { ${long}xy: modelVersion(by: { id: $id }) { name } }`,
  },
  "fifty fields": { query: `query ($id: ID!) { modelVersion(by: { id: $id }) { model { ${fields(50)} } } }` },
  "fifty-one fields": {
    query: `query ($id: ID!) { modelVersion(by: { id: $id }) { model { ${fields(50)} id } } }`,
    byResolvers: true,
  },
  "fifty-one fields at the root": {
    query: `query ($id: ID!) { modelVersion(by: { id: $id }) { ${fields(50)} id } }`,
  },
  "fifty-one fields of each of many": { query: `{ models { nodes { ${fields(50)} id } } }` },
  "many rows at one level": {
    query: `query ($id: ID!) { modelVersion(by: { id: $id }) { ${Array.from({ length: 14 }, (_, n) => `f${n}: file(name: "${n}") { name createdBy { name } modelVersion { model { name } } }`).join(" ")} } }`,
  },
  "a file that is not ready": {
    query:
      "query ($id: ID!) { modelVersion(by: { id: $id }) { files { nodes { name status sha256 format canRunCode verifiedAt size viewerPermissions { download verify } } } } }",
  },
});

function fields(count: number) {
  return Array.from({ length: count }, (_, n) => `f${n}: name`).join(" ");
}

let registry: Registry;
let viewer: string;
let id: string;
let other: string;
let exported: string;
let ask: Awaited<ReturnType<typeof bothWays>>;

beforeAll(async () => {
  registry = await aRegistry();
  viewer = (await aMember(registry.db, registry.organizationId, { role: Role.VIEWER })).token;
  ask = await bothWays(registry);
  const modelId = await aModel(registry, { name: "Odd 😀", description: odd });
  id = await aVersion(registry, modelId, {
    ...wholeForm,
    ...{ name: "v", description: odd, parameters },
    dockerImage: { image: "acme/yolox:1", flags: [odd, "null", "{}"] },
  });
  for (let n = 0; n < 5; n += 1) other = await aVersion(registry, modelId, { name: `v${n}` });
  await aModel(registry);
  for (const name of ["0", "1", odd]) await aFile(registry, id, { name, filename: odd });
  const experiment = await anExperiment(
    registry,
    { base: id, datasets: { train: await aDatasetVersion(registry, { labels: wholeForm.labels }) } },
    { name: "e", projectName: "p" },
  );
  await registry.ask(
    `mutation ($id: ID!) { logMetrics(id: $id, input: { metrics: [
      { name: "a", value: 1e-7 }, { name: "b", value: -1e21 }, { name: "c", value: 0.1 }, { name: "d", value: 12345678.9012345678 }, { name: "e", value: 5e-324 },
    ] }) { userErrors { message } } }`,
    { id: experiment },
  );
  exported = await exportAs(registry, experiment, modelId, "exported");
  const { db } = registry;
  const version = [uuid(id), odd];
  // Names as no form takes them.
  await db.query(
    "update model_version set name = $2, created_at = date_trunc('second', created_at) where id = $1",
    version,
  );
  await db.query("update label set name = $2 where model_version_id = $1 and index = 0", version);
  await db.query(
    "update blob set checked_at = '2026-01-01T00:00:00Z' where id in (select blob_id from model_file where model_version_id = $1 limit 1)",
    [uuid(id)],
  );
});

test.each(Object.entries(cases).map(([what, asked]) => ({ what, ...asked })))(
  "$what",
  async ({ query, variables, byResolvers = false }) => {
    const given = {
      ...(query.includes("$id") && { id }),
      ...(query.includes("$other") && { other }),
      ...(query.includes("$exported") && { exported }),
      ...variables,
    };
    for (const token of [registry.token, viewer]) {
      const { isWritten } = await ask(token, query, given);
      expect(isWritten).toBe(!byResolvers);
    }
  },
);
