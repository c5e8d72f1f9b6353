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
  "Mutation.createModel": Role.EDITOR,
  "Mutation.updateModel": Role.EDITOR,
  "Mutation.createModelVersion": Role.EDITOR,
  "Mutation.updateModelVersion": Role.EDITOR,
  "Mutation.updateDockerImage": Role.EDITOR,
  "Mutation.removeDockerImage": Role.EDITOR,
};
