import type { EntityManager } from "typeorm";
import { live } from "../trash/trash-entry.ts";
import { refuse, UserErrorCode } from "../user-error.ts";
import { nameTaken } from "./model-file.ts";

/** So that nobody sends gigabytes for nothing; the unique index decides when the file is added. @throws Refusal */
export async function expectFreeName(
  tx: EntityManager,
  modelVersionUuid: string,
  name: string,
): Promise<void> {
  const [taken] = await tx.query(
    `select from model_file r where model_version_id = $1 and name = $2 and ${live}`,
    [modelVersionUuid, name],
  );
  if (taken) refuse(UserErrorCode.TAKEN, ["input", "name"], nameTaken);
}
