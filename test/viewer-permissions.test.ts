import { expect, test } from "@jest/globals";
import { getNamedType, isObjectType } from "graphql";
import { Role } from "../src/member/role.ts";
import { buildApiSchema } from "../src/schema.ts";
import { everything, roles } from "./support/people.ts";
import { aMember, aRegistry } from "./support/registry.ts";
import { sender } from "./support/send.ts";

/** Every `viewerPermissions` there is, with all that it says. */
const permissions = Object.values(buildApiSchema().getTypeMap()).flatMap((type) => {
  const field = isObjectType(type) && type.getFields().viewerPermissions;
  const of = field && getNamedType(field.type);
  return field && isObjectType(of) ? [{ type: type.name, actions: Object.keys(of.getFields()).sort() }] : [];
});

/** What each role may, written by hand: the members are an EDITOR service user, and its token. */
const expected: { [type: string]: { [action: string]: Role } } = {
  ApiToken: { revoke: Role.ADMIN },
  Artifact: { delete: Role.EDITOR, download: Role.VIEWER, replace: Role.EDITOR, verify: Role.EDITOR },
  Dataset: { createVersion: Role.EDITOR, delete: Role.EDITOR, update: Role.EDITOR },
  DatasetVersion: { delete: Role.EDITOR, update: Role.EDITOR },
  Experiment: {
    ...{
      addArtifact: Role.EDITOR,
      export: Role.EDITOR,
      logMetrics: Role.EDITOR,
      setStatus: Role.EDITOR,
      update: Role.EDITOR,
    },
    ...{ updateLabelMap: Role.EDITOR, updateParameters: Role.EDITOR, delete: Role.ADMIN },
  },
  Invitation: { revoke: Role.ADMIN },
  Member: {
    changeRole: Role.ADMIN,
    createApiToken: Role.ADMIN,
    remove: Role.ADMIN,
    updateServiceUser: Role.ADMIN,
  },
  Model: {
    createVersion: Role.EDITOR,
    delete: Role.EDITOR,
    deleteWithVersions: Role.ADMIN,
    update: Role.EDITOR,
  },
  ModelFile: {
    ...{ download: Role.VIEWER, copy: Role.EDITOR, replace: Role.EDITOR },
    ...{ verify: Role.EDITOR, delete: Role.EDITOR },
  },
  ModelVersion: {
    ...{ delete: Role.EDITOR, transfer: Role.EDITOR, update: Role.EDITOR },
    ...{ createFile: Role.EDITOR, updateDockerImage: Role.EDITOR },
    ...{ updateLabelMap: Role.EDITOR, updateParameters: Role.EDITOR },
  },
  Organization: {
    ...{ createDataset: Role.EDITOR, createExperiment: Role.EDITOR },
    ...{ createModel: Role.EDITOR, createServiceUser: Role.ADMIN },
    ...{ createStorageConnector: Role.ADMIN, inviteMember: Role.ADMIN, update: Role.OWNER },
  },
  StorageConnector: {
    ...{ delete: Role.ADMIN, setDefault: Role.ADMIN, test: Role.ADMIN, update: Role.ADMIN },
  },
  TrashEntry: { purge: Role.ADMIN, restore: Role.EDITOR },
};

test("every pen and bin has its role", () => {
  expect(permissions).toEqual(
    Object.entries(expected).map(([type, actions]) => ({ type, actions: Object.keys(actions).sort() })),
  );
});

test.each(permissions)("viewerPermissions of $type", async ({ type, actions }) => {
  const registry = await aRegistry();
  const { tokens, ids } = await everything(registry);
  const fields = `viewerPermissions { ${actions.join(" ")} }`;
  const query =
    type === "TrashEntry"
      ? `{ trash { nodes { ${fields} } } }`
      : `{ node(id: "${ids[type]}") { ... on ${type} { ${fields} } } }`;
  for (const role of roles) {
    const { data } = (await sender(registry.url, tokens[role])(query)).body;
    const shown = type === "TrashEntry" ? data.trash.nodes[0] : data.node;
    // What somebody may not see has no pens either.
    if (shown === null)
      expect([type, role]).toEqual([
        expect.stringMatching(/ApiToken|Invitation/),
        expect.stringMatching(/EDITOR|VIEWER/),
      ]);
    else
      expect([role, shown.viewerPermissions]).toEqual([
        role,
        Object.fromEntries(
          actions.map((action) => [
            action,
            roles.indexOf(role) <= roles.indexOf(expected[type]?.[action] as Role),
          ]),
        ),
      ]);
  }
});

test("nobody may change an owner but an owner, and everybody may leave", async () => {
  const registry = await aRegistry();
  const admin = await aMember(registry.db, registry.organizationId, { role: Role.ADMIN });
  const query =
    "{ members { nodes { role viewerPermissions { changeRole remove createApiToken updateServiceUser } } } }";
  const none = { changeRole: false, remove: false, createApiToken: false, updateServiceUser: false };
  const { body } = await sender(registry.url, admin.token)(query);
  expect(body.data.members.nodes).toEqual([
    { role: "OWNER", viewerPermissions: none },
    { role: "ADMIN", viewerPermissions: { ...none, changeRole: true, remove: true, createApiToken: true } },
  ]);
  await registry.ask("mutation ($id: ID!) { removeMember(id: $id) { userErrors { code } } }", {
    id: admin.memberId,
  });
  const gone =
    "{ members(where: { active: { eq: false } }) { nodes { viewerPermissions { changeRole remove createApiToken updateServiceUser } } } }";
  expect((await registry.ask(gone)).members.nodes).toEqual([{ viewerPermissions: none }]);
});
