import { Field, ObjectType } from "type-graphql";

export const viewerPermissionsDescription =
  "What the viewer may do, so that a frontend shows no pen and no bin that would be refused.";

/**
 * Declares `XPermissions`, the type of `viewerPermissions` on an X.
 *
 * @param actions what can be done, by field: a sentence each.
 */
export function permissionsType<Action extends string>(
  type: string,
  actions: { [action in Action]: string },
): new () => { [action in Action]: boolean } {
  class Permissions {}
  ObjectType(`${type}Permissions`, { description: `What the viewer may do to one ${type}.` })(Permissions);
  for (const [action, description] of Object.entries<string>(actions))
    Field(() => Boolean, { description })(Permissions.prototype, action);
  return Permissions as new () => { [action in Action]: boolean };
}
