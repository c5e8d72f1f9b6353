import { Role } from "../../src/member/role.ts";
import { toGlobalId } from "../../src/node/id.ts";
import { anUpload } from "./parts.ts";
import { aMember, aToken, type Registry } from "./registry.ts";
import {
  aDataset,
  aDatasetVersion,
  aFile,
  aModel,
  anExperiment,
  aSourceExperiment,
  aVersion,
  uuid,
  wholeForm,
} from "./seed.ts";
import { sender } from "./send.ts";

/** Who asks, in the columns of the authorization matrix. */
export const roles = [Role.OWNER, Role.ADMIN, Role.EDITOR, Role.VIEWER] as const;
export const outsiders = ["removed member", "revoked token", "expired token", "no token"] as const;
export type Who = (typeof roles)[number] | (typeof outsiders)[number];

/** An organization with something of everything, and a token of everybody. */
export interface Everything {
  tokens: { [who in Who]: string };
  /** An object of each type, by the name of the type; and some in a special state, such as `Model_deleted`. */
  ids: { [type: string]: string };
  /** The secret of the invitation. */
  secret: string;
}

export async function everything(registry: Registry): Promise<Everything> {
  const { db, organizationId, userId, token } = registry;
  const member = (role: Role) => aMember(db, organizationId, { role });
  const [admin, editor, viewer, gone] = [
    await member(Role.ADMIN),
    await member(Role.EDITOR),
    await member(Role.VIEWER),
    await member(Role.OWNER),
  ];
  const of = { organizationId, userId, role: Role.OWNER };
  const revoked = await aToken(db.manager, of);
  const expired = await aToken(db.manager, { ...of, expiresAt: new Date(Date.now() - 1_000) });
  await registry.ask("mutation ($id: ID!) { removeMember(id: $id) { userErrors { code } } }", {
    id: gone.memberId,
  });
  const self = await sender(registry.url, revoked)("{ viewer { apiToken { id } } }");
  await registry.ask("mutation ($id: ID!) { revokeApiToken(id: $id) { userErrors { code } } }", {
    id: self.body.data.viewer.apiToken.id,
  });

  const model = await aModel(registry);
  const version = await aVersion(registry, model, { ...wholeForm, name: "First" });
  const files = [await aFile(registry, version), await aFile(registry, version)].map((file) =>
    toGlobalId("ModelFile", file),
  );
  await aSourceExperiment(registry, version);
  const dataset = await aDataset(registry);
  const datasetVersion = await aDatasetVersion(registry, { name: "2026-01" }, dataset);
  const experiment = await anExperiment(
    registry,
    { base: version, datasets: { train: datasetVersion } },
    { name: "First" },
  );
  const others = [await aVersion(registry, model), await aVersion(registry, model)];
  const models = [await aModel(registry), await aModel(registry)];
  await deleteIt(registry, "deleteModelFile", String(files[1]));
  for (const id of others) await deleteIt(registry, "deleteModelVersion", id);
  await deleteIt(registry, "deleteModel", String(models[1]));
  await deleteIt(registry, "purgeModelVersion", String(others[1]));
  const bot = await aServiceUser(registry, { role: "EDITOR" });
  const { invitation, secret } = await anInvitation(registry);
  const connector = await aStorageConnector(registry, "http://127.0.0.1:9");
  return {
    tokens: {
      ...{ OWNER: token, ADMIN: admin.token, EDITOR: editor.token, VIEWER: viewer.token },
      ...{ "removed member": gone.token, "revoked token": revoked, "expired token": expired, "no token": "" },
    },
    ids: {
      Organization: toGlobalId("Organization", organizationId),
      User: toGlobalId("User", userId),
      Member: bot.memberId,
      ApiToken: (await aTokenOf(registry, bot.memberId)).id,
      Invitation: invitation,
      Model: model,
      Model_other: String(models[0]),
      Model_deleted: String(models[1]),
      ModelVersion: version,
      ModelVersion_deleted: String(others[0]),
      ModelVersion_purged: String(others[1]),
      TrashEntry: toGlobalId("TrashEntry", uuid(String(others[0]))),
      ModelFile: String(files[0]),
      ModelFile_deleted: String(files[1]),
      PendingUpload: (await anUpload(registry.ask, version, Buffer.alloc(1))).id,
      Dataset: dataset,
      Dataset_empty: await aDataset(registry),
      DatasetVersion: datasetVersion,
      DatasetVersion_unused: await aDatasetVersion(registry),
      Experiment: experiment,
      Artifact: await anArtifact(registry, experiment),
      StorageConnector: connector,
    },
    secret,
  };
}

/** The artifact that an experiment has from its base. */
async function anArtifact(registry: Registry, experiment: string): Promise<string> {
  const query = "query ($id: ID!) { experiment(by: { id: $id }) { artifacts(first: 1) { nodes { id } } } }";
  return (await registry.ask(query, { id: experiment })).experiment.artifacts.nodes[0].id;
}

async function deleteIt(registry: Registry, mutation: string, id: string): Promise<void> {
  const answer = await registry.ask(
    `mutation ($id: ID!) { ${mutation}(id: $id) { userErrors { message } } }`,
    { id },
  );
  if (answer[mutation].userErrors.length > 0) throw new Error(JSON.stringify(answer));
}

/** Creates a service user through the API. */
export async function aServiceUser(
  registry: Registry,
  input: { role?: string; name?: string } = {},
): Promise<{ memberId: string; userId: string }> {
  const { createServiceUser } = await registry.ask(
    `mutation ($input: CreateServiceUserInput!) {
      createServiceUser(input: $input) { member { id user { id } } userErrors { message } }
    }`,
    { input: { name: "Nightly training", role: "VIEWER", ...input } },
  );
  return { memberId: createServiceUser.member.id, userId: createServiceUser.member.user.id };
}

/** Adds a storage connector through the API, and gives its id. */
export async function aStorageConnector(
  registry: Pick<Registry, "ask">,
  endpoint: string,
  { name = "Bucket", ...s3 }: { name?: string; bucket?: string; credentials?: object | null } = {},
): Promise<string> {
  const credentials = { accessKeyId: "stand-in", secretAccessKey: "a-secret-of-the-stand-in" };
  const { createStorageConnector } = await registry.ask(
    `mutation ($input: CreateStorageConnectorInput!) {
      createStorageConnector(input: $input) { storageConnector { id } userErrors { message } }
    }`,
    { input: { name, s3: { endpoint, bucket: "models", pathStyle: true, credentials, ...s3 } } },
  );
  if (!createStorageConnector.storageConnector) throw new Error(JSON.stringify(createStorageConnector));
  return createStorageConnector.storageConnector.id;
}

/** Creates a token through the API: for a service user, or for the owner of the registry. */
export async function aTokenOf(
  registry: Registry,
  memberId: string | null,
  input: object = {},
): Promise<{ id: string; secret: string }> {
  const { createApiToken } = await registry.ask(
    `mutation ($memberId: ID, $input: CreateApiTokenInput!) {
      createApiToken(memberId: $memberId, input: $input) { apiToken { id } secret userErrors { message } }
    }`,
    { memberId, input: { name: "CI", role: "VIEWER", ...input } },
  );
  return { id: createApiToken.apiToken.id, secret: createApiToken.secret };
}

let invited = 0;

/** Invites somebody through the API. */
export async function anInvitation(
  registry: Registry,
  input: { email?: string; role?: string; days?: number } = {},
): Promise<{ invitation: string; secret: string }> {
  invited += 1;
  const { inviteMember } = await registry.ask(
    `mutation ($input: InviteMemberInput!) {
      inviteMember(input: $input) { invitation { id } secret userErrors { message } }
    }`,
    { input: { email: `guest-${invited}@example.com`, role: "EDITOR", ...input } },
  );
  return { invitation: inviteMember.invitation.id, secret: inviteMember.secret };
}

/** The id of a member's user. */
export async function userOf(registry: Registry, memberId: string): Promise<string> {
  const [{ user_id }] = await registry.db.query("select user_id from member where id = $1", [uuid(memberId)]);
  return toGlobalId("User", user_id);
}
