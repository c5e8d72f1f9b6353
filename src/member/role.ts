import { registerEnumType } from "type-graphql";
import { apiError } from "../errors.ts";

/** From the least to the most that a member may do: each role includes those before it. */
export enum Role {
  VIEWER = "VIEWER",
  EDITOR = "EDITOR",
  ADMIN = "ADMIN",
  OWNER = "OWNER",
}

registerEnumType(Role, {
  name: "Role",
  description: "What a member may do; each role includes those before it.",
  valuesConfig: {
    VIEWER: { description: "Reads." },
    EDITOR: { description: "Creates, edits, deletes, restores and transfers." },
    ADMIN: {
      description:
        "Also purges, deletes a model with its versions, and manages members, invitations and tokens up to its own role.",
    },
    OWNER: { description: "Also manages owners and the organization." },
  },
});

const order = [Role.VIEWER, Role.EDITOR, Role.ADMIN, Role.OWNER];

/** This role, and those that include it. */
export function rolesFrom(role: Role): Role[] {
  return order.slice(order.indexOf(role));
}

export function includes(role: Role, needed: Role): boolean {
  return order.indexOf(role) >= order.indexOf(needed);
}

/** Nobody gives, changes or takes away a role above the own one. @throws GraphQLError with the code FORBIDDEN */
export function mayManage(own: Role, other: Role): void {
  if (includes(own, other)) return;
  throw apiError("FORBIDDEN", `This concerns the role ${other}, and this API token has ${own}.`);
}

/** For what concerns a user as a whole, not a place in one organization. @throws GraphQLError with the code FORBIDDEN */
export function asWholeUser({ capped, expiresAt }: { capped: boolean; expiresAt: Date | null }): void {
  if (!capped && expiresAt === null) return;
  const missing = capped ? "the whole role of its member" : "no expiry";
  throw apiError(
    "FORBIDDEN",
    `This needs an API token with ${missing}, as what comes of it has neither limit.`,
  );
}

export function lower(one: Role, other: Role): Role {
  return includes(one, other) ? other : one;
}
