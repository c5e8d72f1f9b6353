import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "@jest/globals";
import { getNamedType, isInputObjectType, isObjectType, isRequiredArgument } from "graphql";
import { includes, Role } from "../src/member/role.ts";
import { toGlobalId } from "../src/node/id.ts";
import { buildApiSchema } from "../src/schema.ts";
import { bodyOf } from "./support/multipart.ts";
import { type Everything, everything, outsiders, roles, type Who } from "./support/people.ts";
import { aRegistry, type Registry } from "./support/registry.ts";

/** What a root field is asked in the matrix. `$Model` stands for the id of a Model, and so on; `$Upload` for a file. */
interface Row {
  least: Role | null;
  ask: string;
}

/** Written by hand: the least role is what people were promised, whatever the code says. */
const rows: { [field: string]: Row } = {
  "Query.viewer": { least: Role.VIEWER, ask: "viewer { role }" },
  "Query.node": { least: Role.VIEWER, ask: "node(id: $Model) { id }" },
  "Query.nodes": {
    least: Role.VIEWER,
    ask: "nodes(ids: [$Model, $ModelVersion, $ModelFile, $Dataset, $DatasetVersion, $Experiment, $Artifact, $User, $Member, $Organization, $ApiToken, $Invitation]) { __typename }",
  },
  "Query.model": { least: Role.VIEWER, ask: "model(by: { id: $Model }) { id }" },
  "Query.models": {
    least: Role.VIEWER,
    ask: "models(where: { createdBy: { eq: $User } }) { totalCount nodes { name } }",
  },
  "Query.modelVersion": {
    least: Role.VIEWER,
    ask: "modelVersion(by: { number: { model: { id: $Model }, version: 1 } }) { id }",
  },
  "Query.modelVersions": {
    least: Role.VIEWER,
    ask: "modelVersions(where: { createdBy: { in: [$User] } }) { totalCount nodes { name } }",
  },
  "Query.compareModelVersions": {
    least: Role.VIEWER,
    ask: "compareModelVersions(a: $ModelVersion, b: $ModelVersion) { a { name } }",
  },
  "Query.members": {
    least: Role.VIEWER,
    ask: "members(where: { service: { eq: true } }) { nodes { role } }",
  },
  "Query.invitations": { least: Role.ADMIN, ask: "invitations { nodes { role } }" },
  "Query.apiTokens": {
    least: Role.ADMIN,
    ask: 'apiTokens(where: { createdBy: { eq: $User }, name: { eq: "CI" } }) { nodes { name } }',
  },
  "Query.dataset": { least: Role.VIEWER, ask: "dataset(by: { id: $Dataset }) { name }" },
  "Query.datasets": { least: Role.VIEWER, ask: "datasets { totalCount nodes { name } }" },
  "Query.datasetVersion": {
    least: Role.VIEWER,
    ask: "datasetVersion(by: { id: $DatasetVersion }) { name }",
  },
  "Query.datasetVersions": { least: Role.VIEWER, ask: "datasetVersions { totalCount nodes { name } }" },
  "Query.experiment": { least: Role.VIEWER, ask: "experiment(by: { id: $Experiment }) { name }" },
  "Query.experiments": {
    least: Role.VIEWER,
    ask: "experiments(where: { createdBy: { eq: $User } }) { totalCount nodes { name } }",
  },
  "Mutation.createDataset": {
    least: Role.EDITOR,
    ask: 'createDataset(input: { name: "New" }) { dataset { name } userErrors { code field message } }',
  },
  "Mutation.updateDataset": {
    least: Role.EDITOR,
    ask: 'updateDataset(id: $Dataset, input: { name: "New" }) { dataset { name } userErrors { code field message } }',
  },
  "Mutation.deleteDataset": {
    least: Role.EDITOR,
    ask: "deleteDataset(id: $Dataset_empty) { dataset { name } userErrors { code field message } }",
  },
  "Mutation.createDatasetVersion": {
    least: Role.EDITOR,
    ask: 'createDatasetVersion(datasetId: $Dataset, input: { name: "New" }) { datasetVersion { name } userErrors { code field message } }',
  },
  "Mutation.updateDatasetVersion": {
    least: Role.EDITOR,
    ask: 'updateDatasetVersion(id: $DatasetVersion, input: { name: "New" }) { datasetVersion { name } userErrors { code field message } }',
  },
  "Mutation.deleteDatasetVersion": {
    least: Role.EDITOR,
    ask: "deleteDatasetVersion(id: $DatasetVersion_unused) { datasetVersion { name } userErrors { code field message } }",
  },
  "Mutation.createExperiment": {
    least: Role.EDITOR,
    ask: 'createExperiment(baseModelVersionId: $ModelVersion, datasetVersions: { alias: "train", datasetVersionId: $DatasetVersion }, input: { name: "New" }) { experiment { name } userErrors { code field message } }',
  },
  "Mutation.updateExperiment": {
    least: Role.EDITOR,
    ask: 'updateExperiment(id: $Experiment, input: { name: "New" }) { experiment { name } userErrors { code field message } }',
  },
  "Mutation.updateExperimentParameters": {
    least: Role.EDITOR,
    ask: 'updateExperimentParameters(id: $Experiment, input: { operations: [{ set: { name: "new", value: 1 } }] }) { added { name } userErrors { code field message } }',
  },
  "Mutation.updateExperimentLabelMap": {
    least: Role.EDITOR,
    ask: 'updateExperimentLabelMap(id: $Experiment, input: { operations: [{ set: { index: 7, name: "New" } }] }) { added { name } userErrors { code field message } }',
  },
  "Mutation.createArtifact": {
    least: Role.EDITOR,
    ask: 'createArtifact(experimentId: $Experiment, input: { name: "New", file: $Upload }) { artifact { name } userErrors { code field message } }',
  },
  "Mutation.beginArtifactUpload": {
    least: Role.EDITOR,
    ask: 'beginArtifactUpload(experimentId: $Experiment, input: { name: "New", filename: "a", size: 1 }) { pendingUpload { name } userErrors { code field message } }',
  },
  "Mutation.verifyArtifact": {
    least: Role.EDITOR,
    ask: "verifyArtifact(id: $Artifact) { artifact { name } userErrors { code field message } }",
  },
  "Mutation.deleteArtifact": {
    least: Role.EDITOR,
    ask: "deleteArtifact(id: $Artifact) { deletedId userErrors { code field message } }",
  },
  "Mutation.logMetrics": {
    least: Role.EDITOR,
    ask: 'logMetrics(id: $Experiment, input: { metrics: [{ name: "loss", value: 1 }] }) { experiment { name } userErrors { code field message } }',
  },
  "Mutation.setExperimentStatus": {
    least: Role.EDITOR,
    ask: "setExperimentStatus(id: $Experiment, status: RUNNING) { experiment { name } userErrors { code field message } }",
  },
  "Mutation.exportExperiment": {
    least: Role.EDITOR,
    ask: 'exportExperiment(id: $Experiment, modelId: $Model, input: { name: "New", anyStatus: true }) { modelVersion { name } userErrors { code field message } }',
  },
  "Mutation.deleteExperiment": {
    least: Role.ADMIN,
    ask: "deleteExperiment(id: $Experiment) { contents { metricCount } userErrors { code field message } }",
  },
  "Query.storageConnectors": { least: Role.VIEWER, ask: "storageConnectors { name kind s3 { bucket } }" },
  "Mutation.createStorageConnector": {
    least: Role.ADMIN,
    ask: 'createStorageConnector(input: { name: "New", s3: { bucket: "new", credentials: { accessKeyId: "a", secretAccessKey: "b" } } }) { storageConnector { name } userErrors { code field message } }',
  },
  "Mutation.updateStorageConnector": {
    least: Role.ADMIN,
    ask: 'updateStorageConnector(id: $StorageConnector, input: { name: "New" }) { storageConnector { name } userErrors { code field message } }',
  },
  "Mutation.testStorageConnector": {
    least: Role.ADMIN,
    ask: "testStorageConnector(id: $StorageConnector) { test { ok } userErrors { code field message } }",
  },
  "Mutation.setDefaultStorageConnector": {
    least: Role.ADMIN,
    ask: "setDefaultStorageConnector(id: $StorageConnector) { storageConnector { isDefault } userErrors { code field message } }",
  },
  "Mutation.deleteStorageConnector": {
    least: Role.ADMIN,
    ask: "deleteStorageConnector(id: $StorageConnector) { userErrors { code field message } }",
  },
  "Mutation.createModel": {
    least: Role.EDITOR,
    ask: 'createModel(input: { name: "New" }) { model { name } userErrors { code field message } }',
  },
  "Mutation.updateModel": {
    least: Role.EDITOR,
    ask: 'updateModel(id: $Model, input: { name: "New" }) { model { name } userErrors { code field message } }',
  },
  "Mutation.createModelVersion": {
    least: Role.EDITOR,
    ask: 'createModelVersion(modelId: $Model, input: { name: "New", type: LINE }) { modelVersion { name } userErrors { code field message } }',
  },
  "Mutation.updateModelVersion": {
    least: Role.EDITOR,
    ask: 'updateModelVersion(id: $ModelVersion, input: { name: "New" }) { modelVersion { name } userErrors { code field message } }',
  },
  "Mutation.updateDockerImage": {
    least: Role.EDITOR,
    ask: 'updateDockerImage(id: $ModelVersion, input: { image: "acme/new" }) { modelVersion { name } userErrors { code field message } }',
  },
  "Mutation.removeDockerImage": {
    least: Role.EDITOR,
    ask: "removeDockerImage(id: $ModelVersion) { modelVersion { name } userErrors { code field message } }",
  },
  "Mutation.updateLabelMap": {
    least: Role.EDITOR,
    ask: 'updateLabelMap(id: $ModelVersion, input: { operations: [{ set: { index: 7, name: "New" } }] }) { added { name } userErrors { code field message } }',
  },
  "Mutation.updateParameters": {
    least: Role.EDITOR,
    ask: 'updateParameters(id: $ModelVersion, input: { operations: [{ set: { name: "new", value: 1 } }] }) { added { name } userErrors { code field message } }',
  },
  "Mutation.createModelFile": {
    least: Role.EDITOR,
    ask: 'createModelFile(modelVersionId: $ModelVersion, input: { name: "New", file: $Upload }) { modelFile { name } userErrors { code field message } }',
  },
  "Query.pendingUpload": { least: Role.VIEWER, ask: "pendingUpload(id: $PendingUpload) { name }" },
  "Mutation.beginModelFileUpload": {
    least: Role.EDITOR,
    ask: 'beginModelFileUpload(modelVersionId: $ModelVersion, input: { name: "New", filename: "a", size: 1 }) { pendingUpload { name } userErrors { code field message } }',
  },
  "Mutation.completeUpload": {
    least: Role.EDITOR,
    ask: "completeUpload(id: $PendingUpload, input: { parts: [] }) { file { name } pendingUpload { name } userErrors { field message } }",
  },
  "Mutation.abortUpload": {
    least: Role.EDITOR,
    ask: "abortUpload(id: $PendingUpload) { abortedId userErrors { code field message } }",
  },
  "Mutation.verifyModelFile": {
    least: Role.EDITOR,
    ask: "verifyModelFile(id: $ModelFile) { modelFile { name } userErrors { code field message } }",
  },
  "Query.trash": { least: Role.VIEWER, ask: "trash(where: { deletedBy: { eq: $User } }) { nodes { name } }" },
  "Query.trashEntry": { least: Role.VIEWER, ask: "trashEntry(objectId: $ModelVersion_deleted) { name }" },
  "Query.tombstone": { least: Role.VIEWER, ask: "tombstone(id: $ModelVersion_purged) { name }" },
  "Mutation.deleteModel": {
    least: Role.EDITOR,
    ask: "deleteModel(id: $Model_other) { contents { fileCount } userErrors { code field message } }",
  },
  "Mutation.deleteModelFile": {
    least: Role.EDITOR,
    ask: "deleteModelFile(id: $ModelFile) { contents { fileCount } userErrors { code field message } }",
  },
  "Mutation.restoreModelFile": {
    least: Role.EDITOR,
    ask: "restoreModelFile(id: $ModelFile_deleted) { modelFile { name } userErrors { code field message } }",
  },
  "Mutation.purgeModelFile": {
    least: Role.ADMIN,
    ask: "purgeModelFile(id: $ModelFile_deleted) { tombstone { name } userErrors { code field message } }",
  },
  "Mutation.copyModelFile": {
    least: Role.EDITOR,
    ask: 'copyModelFile(id: $ModelFile, modelVersionId: $ModelVersion, input: { name: "New" }) { modelFile { name } userErrors { code field message } }',
  },
  "Mutation.deleteModelVersion": {
    least: Role.EDITOR,
    ask: "deleteModelVersion(id: $ModelVersion) { contents { fileCount } userErrors { code field message } }",
  },
  "Mutation.restoreModel": {
    least: Role.EDITOR,
    ask: "restoreModel(id: $Model_deleted) { model { name } userErrors { code field message } }",
  },
  "Mutation.restoreModelVersion": {
    least: Role.EDITOR,
    ask: "restoreModelVersion(id: $ModelVersion_deleted) { modelVersion { name } userErrors { code field message } }",
  },
  "Mutation.purgeModel": {
    least: Role.ADMIN,
    ask: "purgeModel(id: $Model_deleted) { tombstone { name } userErrors { code field message } }",
  },
  "Mutation.purgeModelVersion": {
    least: Role.ADMIN,
    ask: "purgeModelVersion(id: $ModelVersion_deleted) { tombstone { name } userErrors { code field message } }",
  },
  "Mutation.transferModelVersion": {
    least: Role.EDITOR,
    ask: "transferModelVersion(id: $ModelVersion, modelId: $Model_other) { modelVersion { name } userErrors { code field message } }",
  },
  "Mutation.updateProfile": {
    least: Role.VIEWER,
    ask: 'updateProfile(input: { name: "New" }) { user { name } userErrors { code field message } }',
  },
  "Mutation.createApiToken": {
    least: Role.VIEWER,
    ask: 'createApiToken(input: { name: "Mine", role: VIEWER }) { apiToken { name } userErrors { code field message } }',
  },
  "Mutation.revokeApiToken": {
    least: Role.ADMIN, // another member's; one's own: see api-token.test.ts
    ask: "revokeApiToken(id: $ApiToken) { userErrors { code field message } }",
  },
  "Mutation.inviteMember": {
    least: Role.ADMIN,
    ask: 'inviteMember(input: { email: "new@example.com", role: VIEWER }) { invitation { email } userErrors { code field message } }',
  },
  "Mutation.revokeInvitation": {
    least: Role.ADMIN,
    ask: "revokeInvitation(id: $Invitation) { userErrors { code field message } }",
  },
  "Mutation.acceptInvitation": {
    least: null,
    ask: 'acceptInvitation(input: { secret: "minv_nonsense", name: "New" }) { userErrors { code } }',
  },
  "Mutation.changeMemberRole": {
    least: Role.ADMIN,
    ask: "changeMemberRole(id: $Member, role: VIEWER) { member { role } userErrors { code field message } }",
  },
  "Mutation.removeMember": {
    least: Role.ADMIN, // another member; oneself: see members.test.ts
    ask: "removeMember(id: $Member) { member { active } userErrors { code field message } }",
  },
  "Mutation.createServiceUser": {
    least: Role.ADMIN,
    ask: 'createServiceUser(input: { name: "New", role: VIEWER }) { member { role } userErrors { code field message } }',
  },
  "Mutation.updateServiceUser": {
    least: Role.ADMIN,
    ask: 'updateServiceUser(id: $Member, input: { name: "New" }) { member { role } userErrors { code field message } }',
  },
  "Mutation.createOrganization": {
    least: Role.OWNER,
    ask: 'createOrganization(input: { name: "New" }) { organization { name } userErrors { code field message } }',
  },
  "Mutation.updateOrganization": {
    least: Role.OWNER,
    ask: 'updateOrganization(input: { name: "New" }) { organization { name } userErrors { code field message } }',
  },
};

/** Other ways in which an id, or more than usual, is asked of a field that has a row already. */
const ways: { [way: string]: Row } = {
  "Mutation.deleteModel cascade": {
    least: Role.ADMIN,
    ask: "deleteModel(id: $Model, cascade: true) { contents { versionCount } userErrors { code field message } }",
  },
  "Mutation.createApiToken memberId": {
    least: Role.ADMIN,
    ask: 'createApiToken(memberId: $Member, input: { name: "New", role: VIEWER }) { apiToken { name } userErrors { code field message } }',
  },
  "Query.nodes ids": { least: Role.VIEWER, ask: "nodes(ids: [$Model]) { id }" },
  "Query.modelVersion by.id": { least: Role.VIEWER, ask: "modelVersion(by: { id: $ModelVersion }) { id }" },
  "Query.modelVersion by.name.model.id": {
    least: Role.VIEWER,
    ask: 'modelVersion(by: { name: { model: { id: $Model }, name: "First" } }) { id }',
  },
  "Query.datasetVersion by.name.dataset.id": {
    least: Role.VIEWER,
    ask: 'datasetVersion(by: { name: { dataset: { id: $Dataset }, name: "2026-01" } }) { id }',
  },
  "Query.experiments where.createdBy.in": {
    least: Role.VIEWER,
    ask: "experiments(where: { createdBy: { in: [$User] } }) { totalCount nodes { name } }",
  },
  "Query.models where.createdBy.in": {
    least: Role.VIEWER,
    ask: "models(where: { createdBy: { in: [$User] } }) { totalCount nodes { name } }",
  },
  "Query.modelVersions where.createdBy.eq": {
    least: Role.VIEWER,
    ask: "modelVersions(where: { createdBy: { eq: $User } }) { totalCount nodes { name } }",
  },
  "Query.trash where.deletedBy.in": {
    least: Role.VIEWER,
    ask: "trash(where: { deletedBy: { in: [$User] } }) { nodes { name } }",
  },
  "Query.apiTokens where.user.eq": {
    least: Role.ADMIN,
    ask: "apiTokens(where: { user: { eq: $User } }) { totalCount nodes { name } }",
  },
  "Query.apiTokens where.user.in": {
    least: Role.ADMIN,
    ask: "apiTokens(where: { user: { in: [$User] } }) { totalCount nodes { name } }",
  },
  "Query.apiTokens where.createdBy.in": {
    least: Role.ADMIN,
    ask: "apiTokens(where: { createdBy: { in: [$User] } }) { totalCount nodes { name } }",
  },
};

/** Objects of these types are seen by members of this role or a higher one; all others by every member. */
const seenBy: { [type: string]: Role } = { ApiToken: Role.ADMIN, Invitation: Role.ADMIN };

const schema = buildApiSchema();
const rootFields = [schema.getQueryType(), schema.getMutationType()].flatMap((root) =>
  Object.keys(root?.getFields() ?? {}).map((name) => `${root?.name}.${name}`),
);

/** Every field that leads from an object with an id, or from the viewer, to another object, and asks for no more than that. */
const edges = Object.values(schema.getTypeMap()).flatMap((type) => {
  if (!isObjectType(type)) return [];
  if (type.name !== "Viewer" && !type.getInterfaces().some(({ name }) => name === "Node")) return [];
  const fields = Object.values(type.getFields()).filter(
    ({ type, args }) => isObjectType(getNamedType(type)) && !args.some(isRequiredArgument),
  );
  return fields.map((field) => ({ type: type.name, edge: `${type.name}.${field.name}`, field: field.name }));
});

/** Every path by which an id comes into a root field: `Query.modelVersion by.number.model.id`. */
function idPaths(field: string): string[] {
  const [root, name = ""] = field.split(".");
  const type = root === "Query" ? schema.getQueryType() : schema.getMutationType();
  const below = (path: string, input: unknown): string[] => {
    const named = getNamedType(input as Parameters<typeof getNamedType>[0]);
    if (String(named) === "ID") return [path];
    if (!isInputObjectType(named)) return [];
    return Object.values(named.getFields()).flatMap((each) => below(`${path}.${each.name}`, each.type));
  };
  return (type?.getFields()[name]?.args ?? []).flatMap((arg) => below(`${field} ${arg.name}`, arg.type));
}

let registry: Registry;
let world: Everything;
let stranger: Registry;

async function newWorld(): Promise<void> {
  registry = await aRegistry();
  world = await everything(registry);
  stranger = await aRegistry();
}

beforeAll(newWorld);

test("every root field has its row", () => {
  expect(Object.keys(rows).sort()).toEqual(rootFields.sort());
});

test("every way in which an id comes in is asked", () => {
  const paths = rootFields.flatMap(idPaths);
  const asked = [...Object.entries(rows), ...Object.entries(ways)].flatMap(([field, { ask }]) =>
    paths.filter(
      (path) => path.startsWith(`${field.split(" ")[0]} `) && takesIdAt(ask, path.split(" ")[1] ?? ""),
    ),
  );
  expect(paths.filter((path) => !asked.includes(path))).toEqual([]);
});

/** Whether the arguments of a row have a `$Type` at this path. */
function takesIdAt(ask: string, path: string): boolean {
  const nesting = path.split(".").join("\\s*:\\s*\\{(?:[^{}]|\\{[^{}]*\\})*?\\b");
  return new RegExp(`\\b${nesting}\\s*:\\s*\\[?\\$`).test(ask);
}

/** The status and the bytes of an answer. */
async function answer(
  kind: string,
  ask: string,
  ids: { [type: string]: string },
  token: string,
): Promise<string> {
  const types = [...new Set([...ask.matchAll(/\$(\w+)/g)].map(([, type]) => String(type)))];
  const parameters = types.map((type) => `$${type}: ${type === "Upload" ? type : "ID"}!`).join(", ");
  const query = `${kind} ${parameters && `(${parameters})`} { answer: ${ask} }`;
  const variables = Object.fromEntries(types.map((type) => [type, ids[type] ?? null]));
  const isForm = types.includes("Upload");
  const response = await fetch(registry.url, {
    method: "POST",
    headers: {
      "content-type": isForm ? "multipart/form-data; boundary=x" : "application/json",
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: isForm
      ? bodyOf({ operations: { query, variables }, map: { 0: ["variables.Upload"] } }, [{ bytes: "a" }])
      : JSON.stringify({ query, variables }),
  });
  return `${response.status} ${(await response.text()).trimEnd()}`;
}

const nothing = '200 {"data":{"answer":null}}';

/** The code of an answer that has one error, and no data. */
function codeOf(text: string): string {
  const { errors, data } = JSON.parse(text.slice(4));
  expect([errors.length, data?.answer ?? null]).toEqual([1, null]);
  return errors[0].extensions.code;
}

/** Ids that no object has. */
function missing(): { [type: string]: string } {
  return Object.fromEntries(
    Object.keys(world.ids).map((name) => [name, toGlobalId(String(name.split("_")[0]), randomUUID())]),
  );
}

/** Everything that the organization has; a changed name of a user does not count as its own. */
async function contents(): Promise<string> {
  const tables = [
    "model",
    "model_version",
    "model_file",
    "pending_upload",
    "blob",
    "dataset",
    "dataset_version",
    "experiment",
    "artifact",
    "member",
    "invitation",
    "api_token (id, role, name)",
    "storage_connector",
  ];
  const parts = tables.map((table) => {
    const [, name = "", columns] = /^(\w+)(?: \((.*)\))?$/.exec(table) ?? [];
    const row = columns ? `(${columns})::text` : "t::text";
    return `(select coalesce(string_agg(${row}, '|' order by id), '') from ${name} t where organization_id = $1)`;
  });
  const [row] = await registry.db.query(
    `select concat_ws('#', (select name from organization where id = $1), ${parts.join(", ")}) as all`,
    [registry.organizationId],
  );
  return row.all;
}

const kindOf = (field: string) => (field.startsWith("Mutation.") ? "mutation" : "query");
const all = [...Object.entries(rows), ...Object.entries(ways)];

test.each(all)("%s is for those who may", async (field, { least, ask }) => {
  for (const who of roles) {
    if (kindOf(field) === "mutation") await newWorld();
    const before = await contents();
    const text = await answer(kindOf(field), ask, world.ids, world.tokens[who]);
    const allowed = least === null || includes(who, least);
    if (allowed && least !== null)
      expect([who, text]).toEqual([who, expect.stringMatching(/^200 \{"data":\{"answer":(?!null)/)]);
    if (allowed && least !== null) expect([who, text]).toEqual([who, expect.not.stringContaining('"code"')]);
    if (least === null) expect([who, text]).toEqual([who, expect.stringContaining('"INVALID"')]);
    if (allowed) continue;
    // One's own token can be revoked by everybody; one that is not seen is not there.
    const refusal = field === "Mutation.revokeApiToken" ? '"NOT_FOUND"' : '"FORBIDDEN"';
    expect([who, text]).toEqual([who, expect.stringContaining(refusal)]);
    expect(await contents()).toBe(before);
  }
});

test.each(all)("%s is refused to those who are not members", async (field, { least, ask }) => {
  const before = await contents();
  for (const who of outsiders) {
    const text = await answer(kindOf(field), ask, world.ids, world.tokens[who]);
    if (least === null && who === "no token") expect(text).toContain('"INVALID"');
    else expect([who, codeOf(text)]).toEqual([who, "UNAUTHENTICATED"]);
  }
  expect(await contents()).toBe(before);
});

test.each(all)(
  "%s tells a stranger the same of what is foreign and of what is not there",
  async (field, { ask }) => {
    const before = await contents();
    const foreign = await answer(kindOf(field), ask, world.ids, stranger.token);
    expect(await contents()).toBe(before);
    await newWorldOfTheStranger();
    expect(await answer(kindOf(field), ask, missing(), stranger.token)).toBe(foreign);
    for (const id of Object.values(world.ids)) expect(foreign).not.toContain(id);
  },
);

/** So that the second of two equal mutations finds what the first one found. */
async function newWorldOfTheStranger(): Promise<void> {
  stranger = await aRegistry();
}

const asks = (type: string, field: string) =>
  type === "Viewer"
    ? `viewer { ${field} { __typename } }`
    : `node(id: $${type}) { ... on ${type} { ${field} { __typename } } }`;

test.each(edges)("$edge is an edge for members only", async ({ type, field }) => {
  const ask = asks(type, field);
  const none = await answer("query", ask, missing(), stranger.token);
  for (const who of roles) {
    const text = await answer("query", ask, world.ids, world.tokens[who]);
    const seen = includes(who, seenBy[type] ?? Role.VIEWER);
    if (seen) expect([who, text]).toEqual([who, expect.stringMatching(/^200 \{"data":\{"answer":\{/)]);
    else expect([who, text]).toEqual([who, none]);
  }
  for (const who of outsiders) {
    const text = await answer("query", ask, world.ids, world.tokens[who]);
    expect([who, codeOf(text)]).toEqual([who, "UNAUTHENTICATED"]);
  }
  const foreign = await answer("query", ask, world.ids, stranger.token);
  if (type !== "Viewer") expect([none, foreign]).toEqual([nothing, nothing]);
});

test("the matrix has an object of every type with an id", () => {
  const types = edges.map(({ type }) => type).filter((type) => type !== "Viewer");
  expect(Object.keys(world.ids)).toEqual(expect.arrayContaining(types));
});

test.each<[Who]>([...roles, ...outsiders].map((who) => [who]))("%s introspects", async (who) => {
  const text = await answer("query", "__schema { queryType { name } }", {}, world.tokens[who]);
  expect(text).toBe('200 {"data":{"answer":{"queryType":{"name":"Query"}}}}');
});
