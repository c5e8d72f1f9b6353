import { afterAll } from "@jest/globals";
import type { DataSource, EntityManager } from "typeorm";
import { v7 as uuidv7 } from "uuid";
import { ApiToken } from "../../src/api-token/api-token.ts";
import { apiTokenSecret, newSecret } from "../../src/api-token/secret.ts";
import { Member } from "../../src/member/member.ts";
import { Role } from "../../src/member/role.ts";
import { toGlobalId } from "../../src/node/id.ts";
import { Organization } from "../../src/organization/organization.ts";
import { User } from "../../src/user/user.ts";
import { connectToTestDatabase, statements } from "./database.ts";
import { type Data, type Send, sender } from "./send.ts";
import { aServer } from "./test-server.ts";

export interface Registry {
  url: string;
  token: string;
  db: DataSource;
  organizationId: string;
  userId: string;
  /** Sends an operation and gives the whole answer. */
  send: Send;
  /** Sends an operation and gives its data; an error fails the test. */
  ask(query: string, variables?: object): Promise<Data>;
}

let running: Promise<{ db: DataSource; url: string }> | undefined;

async function start() {
  const db = await connectToTestDatabase();
  const { address } = await aServer(db);
  return { db, url: `${address}/graphql` };
}

// The servers have ended before: hooks run in the order in which modules declare them.
afterAll(async () => {
  await (await running)?.db.destroy();
});

/** A new organization with one member, its owner, on the server that this test file shares. */
export async function aRegistry({ expiresAt = null as Date | null } = {}): Promise<Registry> {
  running ??= start();
  const { db, url } = await running;
  const organizationId = uuidv7();
  const { userId, token } = await db.transaction(async (tx) => {
    await tx.insert(Organization, { id: organizationId, name: "Acme Vision" });
    return aMember(tx, organizationId, { expiresAt });
  });
  const send = sender(url, token);
  const ask = async (query: string, variables?: object) => {
    const { body } = await send(query, variables);
    if (body.errors) throw new Error(JSON.stringify(body.errors));
    return body.data;
  };
  return { url, token, db, organizationId, userId, send, ask };
}

/** Another member of an organization, with a token. */
export async function aMember(
  db: DataSource | EntityManager,
  organizationId: string,
  { role = Role.OWNER, expiresAt = null as Date | null, name = "Ada Lovelace" } = {},
): Promise<{ userId: string; memberId: string; token: string }> {
  const userId = uuidv7();
  const memberId = uuidv7();
  const email = `${userId}@example.com`;
  const pictureUrl = "https://pictures.example.com/ada.png";
  const tx = "manager" in db ? db.manager : db;
  await tx.insert(User, { id: userId, name, email, pictureUrl });
  await tx.insert(Member, { id: memberId, organizationId, userId, email, role });
  const token = await aToken(tx, { organizationId, userId, role, expiresAt });
  return { userId, memberId: toGlobalId("Member", memberId), token };
}

/** Another token of a member. */
export async function aToken(
  tx: EntityManager,
  { expiresAt = null, ...token }: Pick<ApiToken, "organizationId" | "userId" | "role"> & Partial<ApiToken>,
): Promise<string> {
  const { text, ...secret } = newSecret(apiTokenSecret);
  const createdById = token.userId;
  await tx.insert(ApiToken, { id: uuidv7(), name: "test", createdById, expiresAt, ...token, ...secret });
  return text;
}

/** The SQL statements that something sends, the look-up of the token left out. */
export async function statementsOf(run: () => Promise<unknown>): Promise<string[]> {
  const before = statements.length;
  await run();
  return statements.slice(before).filter((statement) => !statement.includes("api_token"));
}
