import { Role } from "./member/role.ts";

/**
 * The least role that each root field asks for. A root field without a line here stops the start, so nothing is
 * open because somebody forgot it. Introspection needs no token.
 */
export const permissions: { [field: string]: Role } = {
  "Query.viewer": Role.VIEWER,
  "Query.node": Role.VIEWER,
  "Query.nodes": Role.VIEWER,
  "Query.model": Role.VIEWER,
  "Query.models": Role.VIEWER,
  "Query.modelVersion": Role.VIEWER,
  "Query.modelVersions": Role.VIEWER,
  "Query.trash": Role.VIEWER,
  "Query.tombstone": Role.VIEWER,
  "Mutation.createModel": Role.EDITOR,
  "Mutation.updateModel": Role.EDITOR,
  "Mutation.createModelVersion": Role.EDITOR,
  "Mutation.updateModelVersion": Role.EDITOR,
  "Mutation.deleteModel": Role.EDITOR,
  "Mutation.deleteModelVersion": Role.EDITOR,
  "Mutation.restoreModel": Role.EDITOR,
  "Mutation.restoreModelVersion": Role.EDITOR,
  "Mutation.transferModelVersion": Role.EDITOR,
  "Mutation.purgeModel": Role.ADMIN,
  "Mutation.purgeModelVersion": Role.ADMIN,
};

/** The role that an argument asks for when it is true, above that of its field. */
export const argumentPermissions: { [argument: string]: Role } = {
  "Mutation.deleteModel.cascade": Role.ADMIN,
};
