import type { EntityManager } from "typeorm";
import { v7 as uuidv7 } from "uuid";
import { once } from "../idempotency-key/idempotency-key.ts";
import { type Problems, readName, readUrl } from "../text.ts";
import { User } from "../user/user.ts";
import { Refusal } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { refuseOwnerWithoutEmail } from "./change-member-role.ts";
import type { CreateServiceUserInput } from "./member.input.ts";
import { Member } from "./member.ts";
import { mayManage } from "./role.ts";

/** @returns the UUID of the new member. @throws Refusal; FORBIDDEN */
export async function createServiceUser(
  tx: EntityManager,
  viewer: Viewer,
  input: CreateServiceUserInput,
  idempotencyKey: string | null,
): Promise<string> {
  const { role } = input;
  const problems: Problems = [];
  const name = readName(input.name, ["input", "name"], problems);
  const pictureUrl = readUrl(input.pictureUrl, ["input", "pictureUrl"], problems);
  if (problems.length > 0) throw new Refusal(problems);
  refuseOwnerWithoutEmail({ email: null }, role, ["input", "role"]);
  mayManage(viewer.role, role);

  return once(tx, viewer, { key: idempotencyKey, mutation: "createServiceUser", input }, async (id) => {
    const userId = uuidv7();
    await tx.insert(User, { id: userId, name, email: null, pictureUrl });
    await tx.insert(Member, { id, organizationId: viewer.organizationId, userId, email: null, role });
  });
}
