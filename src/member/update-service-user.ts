import type { EntityManager } from "typeorm";
import { updateUser } from "../user/update-user.ts";
import type { UpdateUserInput } from "../user/user.input.ts";
import { refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { findMember } from "./lock-member.ts";

/** People say themselves how they are shown; for a script somebody has to. @throws Refusal; FORBIDDEN */
export async function updateServiceUser(
  tx: EntityManager,
  viewer: Viewer,
  uuid: string,
  input: UpdateUserInput,
): Promise<void> {
  const { userId, email } = await findMember(tx, viewer, uuid);
  if (email !== null)
    refuse(
      UserErrorCode.CONFLICT,
      ["id"],
      "Expected a service user, got a person, who has a profile of their own.",
    );
  await updateUser(tx, userId, input);
}
