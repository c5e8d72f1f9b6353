import { includes, Role } from "./member/role.ts";

/**
 * The least role that each root field asks for; null: not even a token. A root field without a line here stops the
 * start, so nothing is open because somebody forgot it. Introspection needs no token.
 *
 * What a role may do to members, tokens and invitations has a second bound, which depends on whom it concerns: nobody
 * gives, changes or takes away a role above the own one (`mayManage` in `member/role.ts`).
 */
export const permissions: { [field: string]: Role | null } = {
  "Query.viewer": Role.VIEWER,
  "Query.node": Role.VIEWER,
  "Query.nodes": Role.VIEWER,
  "Query.model": Role.VIEWER,
  "Query.models": Role.VIEWER,
  "Query.modelVersion": Role.VIEWER,
  "Query.modelVersions": Role.VIEWER,
  "Query.compareModelVersions": Role.VIEWER,
  "Query.dataset": Role.VIEWER,
  "Query.datasets": Role.VIEWER,
  "Query.datasetVersion": Role.VIEWER,
  "Query.datasetVersions": Role.VIEWER,
  "Query.experiment": Role.VIEWER,
  "Query.experiments": Role.VIEWER,
  "Query.members": Role.VIEWER,
  "Query.invitations": Role.ADMIN,
  "Query.apiTokens": Role.ADMIN,
  "Query.pendingUpload": Role.VIEWER,
  "Query.storageConnectors": Role.VIEWER,
  "Query.trash": Role.VIEWER,
  "Query.trashEntry": Role.VIEWER,
  "Query.tombstone": Role.VIEWER,

  "Mutation.createModel": Role.EDITOR,
  "Mutation.updateModel": Role.EDITOR,
  "Mutation.createModelVersion": Role.EDITOR,
  "Mutation.updateModelVersion": Role.EDITOR,
  "Mutation.updateLabelMap": Role.EDITOR,
  "Mutation.updateParameters": Role.EDITOR,
  "Mutation.updateDockerImage": Role.EDITOR,
  "Mutation.removeDockerImage": Role.EDITOR,
  "Mutation.createModelFile": Role.EDITOR,
  "Mutation.copyModelFile": Role.EDITOR,
  "Mutation.beginModelFileUpload": Role.EDITOR,
  "Mutation.completeUpload": Role.EDITOR,
  "Mutation.abortUpload": Role.EDITOR,
  "Mutation.verifyModelFile": Role.EDITOR,
  "Mutation.deleteModelFile": Role.EDITOR,
  "Mutation.createDataset": Role.EDITOR,
  "Mutation.updateDataset": Role.EDITOR,
  "Mutation.deleteDataset": Role.EDITOR,
  "Mutation.createDatasetVersion": Role.EDITOR,
  "Mutation.updateDatasetVersion": Role.EDITOR,
  "Mutation.deleteDatasetVersion": Role.EDITOR,
  "Mutation.createExperiment": Role.EDITOR,
  "Mutation.updateExperiment": Role.EDITOR,
  "Mutation.updateExperimentParameters": Role.EDITOR,
  "Mutation.updateExperimentLabelMap": Role.EDITOR,
  "Mutation.createArtifact": Role.EDITOR,
  "Mutation.beginArtifactUpload": Role.EDITOR,
  "Mutation.verifyArtifact": Role.EDITOR,
  "Mutation.deleteArtifact": Role.EDITOR,
  "Mutation.logMetrics": Role.EDITOR,
  "Mutation.setExperimentStatus": Role.EDITOR,
  "Mutation.exportExperiment": Role.EDITOR,
  "Mutation.deleteExperiment": Role.ADMIN, // it has no trash
  "Mutation.deleteModel": Role.EDITOR,
  "Mutation.deleteModelVersion": Role.EDITOR,
  "Mutation.restoreModel": Role.EDITOR,
  "Mutation.restoreModelVersion": Role.EDITOR,
  "Mutation.restoreModelFile": Role.EDITOR,
  "Mutation.transferModelVersion": Role.EDITOR,
  "Mutation.purgeModel": Role.ADMIN,
  "Mutation.purgeModelVersion": Role.ADMIN,
  "Mutation.purgeModelFile": Role.ADMIN,

  "Mutation.createStorageConnector": Role.ADMIN,
  "Mutation.updateStorageConnector": Role.ADMIN,
  "Mutation.testStorageConnector": Role.ADMIN,
  "Mutation.setDefaultStorageConnector": Role.ADMIN,
  "Mutation.deleteStorageConnector": Role.ADMIN,

  "Mutation.updateProfile": Role.VIEWER,
  "Mutation.createApiToken": Role.VIEWER, // for oneself; ADMIN for a service user
  "Mutation.revokeApiToken": Role.VIEWER, // one's own; ADMIN for others'
  "Mutation.inviteMember": Role.ADMIN,
  "Mutation.revokeInvitation": Role.ADMIN,
  "Mutation.acceptInvitation": null,
  "Mutation.changeMemberRole": Role.ADMIN,
  "Mutation.removeMember": Role.VIEWER, // oneself; ADMIN for others
  "Mutation.createServiceUser": Role.ADMIN,
  "Mutation.updateServiceUser": Role.ADMIN,
  "Mutation.createOrganization": Role.OWNER,
  "Mutation.updateOrganization": Role.OWNER,
};

/** The role that an argument asks for when it is true, above that of its field. */
export const argumentPermissions: { [argument: string]: Role } = {
  "Mutation.deleteModel.cascade": Role.ADMIN,
};

/** The least role that sees objects of these types, where they are not the viewer's own. All others are seen by every member. */
export const seenBy = { ApiToken: Role.ADMIN, Invitation: Role.ADMIN, S3Settings: Role.ADMIN };

/** The least role that acts for others with what everybody may do for oneself. */
export const forOthers = Role.ADMIN;

/** Whether a role is enough for a root field with this argument. */
export function mayWith(role: Role, argument: string): boolean {
  const needed = argumentPermissions[argument];
  if (!needed) throw new Error(`permissions.ts has no line for ${argument}.`);
  return includes(role, needed);
}

/** Whether a role is enough for a root field. */
export function may(role: Role, field: string): boolean {
  const needed = neededRole(field);
  return needed === null || includes(role, needed);
}

/** The least role that a root field asks for; null: not even a token. */
export function neededRole(field: string): Role | null {
  const needed = permissions[field];
  if (needed === undefined) throw new Error(`permissions.ts has no line for ${field}.`);
  return needed;
}
