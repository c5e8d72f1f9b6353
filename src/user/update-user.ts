import type { EntityManager } from "typeorm";
import { type Problems, readName, readUrl } from "../text.ts";
import { Refusal } from "../user-error.ts";
import type { UpdateUserInput } from "./user.input.ts";
import { User } from "./user.ts";

/** Changes how a user is shown, in every organization. @throws Refusal */
export async function updateUser(
  tx: EntityManager,
  uuid: string,
  { name, pictureUrl }: UpdateUserInput,
): Promise<void> {
  const problems: Problems = [];
  const changes: Partial<User> = {};
  if (name !== undefined) changes.name = readName(name, ["input", "name"], problems);
  if (pictureUrl !== undefined) changes.pictureUrl = readUrl(pictureUrl, ["input", "pictureUrl"], problems);
  if (problems.length > 0) throw new Refusal(problems);
  if (Object.keys(changes).length > 0) await tx.update(User, { id: uuid }, changes);
}
