import type { EntityManager } from "typeorm";
import { v7 as uuidv7 } from "uuid";
import { ApiToken } from "./api-token.ts";
import { apiTokenSecret, newSecret } from "./secret.ts";

type NewToken = Pick<ApiToken, "organizationId" | "userId" | "createdById" | "name" | "role"> &
  Partial<Pick<ApiToken, "id" | "expiresAt">>;

/** Stores a new API token. @returns its text, which nobody can read again */
export async function issueToken(tx: EntityManager, { id = uuidv7(), ...token }: NewToken): Promise<string> {
  const { text, ...stored } = newSecret(apiTokenSecret);
  await tx.insert(ApiToken, { id, ...token, ...stored });
  return text;
}
