import { registerEnumType } from "type-graphql";

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
    ADMIN: { description: "Also purges, deletes a model with its versions, and manages members and tokens." },
    OWNER: { description: "Also manages owners and the organization." },
  },
});

const order = [Role.VIEWER, Role.EDITOR, Role.ADMIN, Role.OWNER];

export function includes(role: Role, needed: Role): boolean {
  return order.indexOf(role) >= order.indexOf(needed);
}

export function lower(one: Role, other: Role): Role {
  return includes(one, other) ? other : one;
}
