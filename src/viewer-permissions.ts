import { Field, ObjectType } from "type-graphql";
import { Role } from "./member/role.ts";
import { objectJson, type WriteJson } from "./read-ahead/json.ts";

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

/** How PostgreSQL writes permissions that depend on nothing but the viewer's role. */
export function byRole<Action extends string>(
  permissionsOf: (role: Role) => { [action in Action]: boolean },
): WriteJson {
  return (_place, asked) => objectJson(asked, permissionsSql(permissionsOf));
}

/** Each permission as a condition. */
export function permissionsSql<Action extends string>(
  permissionsOf: (role: Role) => { [action in Action]: boolean },
): { [action: string]: string } {
  const roles = Object.values(Role);
  return Object.fromEntries(
    Object.keys(permissionsOf(Role.VIEWER)).map((action) => {
      const allowed = roles.filter((role) => permissionsOf(role)[action as Action]);
      return [action, allowed.length === 0 ? "false" : `viewer.role in ('${allowed.join("', '")}')`];
    }),
  );
}
