import { beforeAll, expect, test } from "@jest/globals";
import {
  type GraphQLField,
  GraphQLObjectType,
  getNamedType,
  getNullableType,
  isCompositeType,
  isLeafType,
  isListType,
} from "graphql";
import { buildApiSchema } from "../src/schema.ts";
import { setStatus } from "./support/artifacts.ts";
import { exportAs, next } from "./support/family.ts";
import { everything } from "./support/people.ts";
import { aMember, aRegistry, type Registry } from "./support/registry.ts";
import {
  aDataset,
  aDatasetVersion,
  aFile,
  aModel,
  anExperiment,
  aVersion,
  uuid,
  wholeForm,
} from "./support/seed.ts";
import type { Data } from "./support/send.ts";
import { deleteVersion, purgeVersion, transfer } from "./support/settings.ts";
import { bothWays, byResolvers, ofOneOnly } from "./support/written.ts";

/** The root fields, with arguments that find something. */
const roots: { [field: string]: string } = {
  model: "(by: { id: $Model })",
  modelVersion: "(by: { id: $ModelVersion })",
  dataset: "(by: { id: $Dataset })",
  datasetVersion: "(by: { id: $DatasetVersion })",
  experiment: "(by: { id: $Experiment })",
  ...{ models: "", modelVersions: "", datasets: "", datasetVersions: "", experiments: "" },
};

/** Arguments that a field has to have. */
const given: { [field: string]: string } = {
  "ModelVersion.file": '(name: "weights")',
  "Experiment.artifact": '(name: "weights")',
};

/** A field of a type, and how one comes to it from a root field. */
interface Place {
  name: string;
  path: { key: string; args: string }[];
  field: GraphQLField<unknown, unknown>;
  isInList: boolean;
}

/** Every field of every type that can be reached by fields that are written: of one object, and of each in a list. */
function allPlaces(): Place[] {
  const query = buildApiSchema().getQueryType()?.getFields() ?? {};
  const places: Place[] = [];
  const known = new Set<string>();
  const reached = Object.entries(roots).map(([key, args]): Place => {
    const field = query[key] as GraphQLField<unknown, unknown>;
    return { name: `Query.${key}`, path: [{ key, args }], field, isInList: false };
  });
  for (const { field, path, ...above } of reached) {
    const type = getNamedType(field.type);
    const isInList = above.isInList || isListType(getNullableType(field.type));
    if (!(type instanceof GraphQLObjectType) || known.has(`${type.name} ${isInList}`)) continue;
    known.add(`${type.name} ${isInList}`);
    for (const below of Object.values(type.getFields())) {
      const name = `${type.name}.${below.name}`;
      const step = { key: below.name, args: given[name] ?? "" };
      const place = { name, path: [...path, step], field: below, isInList };
      places.push(place);
      if (!isByResolver(place)) reached.push(place);
    }
  }
  return places;
}

function isByResolver({ name, isInList }: Pick<Place, "name" | "isInList">): boolean {
  return byResolvers.includes(name) || (isInList && ofOneOnly.includes(name));
}

function queryOf({ path, field }: Place): string {
  const leaf = isCompositeType(getNamedType(field.type)) ? " { __typename }" : "";
  const fields = path.map(({ key, args }) => `${key}${args}`).join(" { ");
  return `{ ${fields}${leaf}${" }".repeat(path.length)}`;
}

/** A list that may be empty, with nothing below it that would tell. */
function isListOfLeaves({ field: { type } }: Place): boolean {
  return isListType(getNullableType(type)) && isLeafType(getNamedType(type));
}

/** What stands in an answer at the end of a path. */
function valuesAt(data: Data, path: Place["path"]): Data[] {
  const below = (value: Data, key: string) => [value[key]].flat().filter((each) => each != null);
  return path.reduce((values, { key }) => values.flatMap((value: Data) => below(value, key)), [data]);
}

let ids: { [type: string]: string };
let tokens: { OWNER: string; VIEWER: string };
let ask: Awaited<ReturnType<typeof bothWays>>;

beforeAll(async () => {
  const registry = await aRegistry();
  const there = await everything(registry);
  tokens = there.tokens;
  ids = { ...there.ids, ...(await fill(registry)) };
  ask = await bothWays(registry);
});

test.each(allPlaces().map((place) => ({ ...place, query: queryOf(place) })))("$query", async (place) => {
  for (const token of [tokens.OWNER, tokens.VIEWER]) {
    const used = Object.keys(ids).filter((name) => place.query.includes(`$${name} `));
    const header = used.length > 0 ? `query (${used.map((name) => `$${name}: ID!`)}) ` : "";
    const { answer, isWritten, statements } = await ask(token, header + place.query, ids);
    expect(answer.errors).toBeUndefined();
    expect(valuesAt(answer.data, place.path.slice(0, -1))).not.toEqual([]);
    expect(isWritten && statements === 1).toBe(!isByResolver(place));
    if (isWritten && !isListOfLeaves(place)) expect(valuesAt(answer.data, place.path)).not.toEqual([]);
  }
});

/** An object of each noun on which everything hangs that can. */
async function fill({ ask, db, ...registry }: Registry) {
  const whole = { ask, db, ...registry };
  const { organizationId } = registry;
  const [gone, modelId, other] = [
    await aModel(whole),
    await aModel(whole, { description: "e" }),
    await aModel(whole),
  ];
  const dockerImage = { ...wholeForm.dockerImage, image: `acme/yolox:1@sha256:${"0".repeat(64)}` };
  const first = await aVersion(whole, gone, { ...wholeForm, dockerImage });
  await aFile(whole, first, { name: "weights", contentType: "text/plain" });
  const root = await next(whole, first, modelId, "root");
  const labels = { labels: wholeForm.labels, type: "OBJECT_DETECTION", url: "https://example.com/data" };
  const Dataset = await aDataset(whole, { description: "d" });
  const DatasetVersion = await aDatasetVersion(whole, labels, Dataset);
  const from = { base: root, datasets: { train: DatasetVersion } };
  const Experiment = await anExperiment(whole, from, { name: "e", projectName: "p", description: "d" });
  await ask(
    `mutation ($id: ID!, $url: URL!) {
      logMetrics(id: $id, input: { metrics: [{ name: "loss", value: 0.1 }] }) { userErrors { code } }
      updateExperiment(id: $id, input: { url: $url }) { userErrors { code } }
    }`,
    { id: Experiment, url: "https://example.com/experiment" },
  );
  await setStatus(ask, Experiment, "RUNNING", "SUCCESS");
  await db.query("update blob set checked_at = created_at where organization_id = $1", [organizationId]);
  const ModelVersion = await exportAs(whole, Experiment, modelId, "exported");
  await db.query("update model_version set description = 'v' where organization_id = $1", [organizationId]);
  await next(whole, ModelVersion, modelId, "next");
  await ask(transfer, { id: ModelVersion, modelId: other });
  await ask(deleteVersion, { id: first });
  await ask(purgeVersion, { id: first });
  const { userId: author } = await aMember(db, organizationId);
  await db.query("update model set created_by_id = $1 where id = $2", [author, uuid(modelId)]);
  await db.query(
    "update member set removed_at = now(), removed_by_id = $1 where (organization_id, user_id) = ($2, $3)",
    [registry.userId, organizationId, author],
  );
  return { Model: modelId, ModelVersion, Dataset, DatasetVersion, Experiment };
}
