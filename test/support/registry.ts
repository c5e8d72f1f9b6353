import { afterAll } from "@jest/globals";
import type { FastifyInstance } from "fastify";
import type { DataSource } from "typeorm";
import { v7 as uuidv7 } from "uuid";
import { ApiToken } from "../../src/api-token/api-token.ts";
import { newSecret, readSecret } from "../../src/api-token/secret.ts";
import { Membership } from "../../src/membership/membership.ts";
import { Role } from "../../src/membership/role.ts";
import { Organization } from "../../src/organization/organization.ts";
import { createServer } from "../../src/server.ts";
import { User } from "../../src/user/user.ts";
import { connectToTestDatabase, statements } from "./database.ts";
import { type Data, type Send, sender } from "./send.ts";

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

let running: Promise<{ app: FastifyInstance; db: DataSource; url: string }> | undefined;

async function start() {
  const db = await connectToTestDatabase();
  const app = await createServer(
    { corsOrigins: ["https://app.example.com"], introspection: true, playground: true, logLevel: "silent" },
    db,
  );
  const address = await app.listen({ host: "127.0.0.1", port: 0 });
  return { app, db, url: `${address}/graphql` };
}

afterAll(async () => {
  if (!running) return;
  const { app, db } = await running;
  await app.close();
  await db.destroy();
});

/** A new organization with one member, on the server that this test file shares. */
export async function aRegistry({
  role = Role.OWNER,
  expiresAt = null as Date | null,
} = {}): Promise<Registry> {
  running ??= start();
  const { db, url } = await running;
  const organizationId = uuidv7();
  await db.manager.insert(Organization, { id: organizationId, name: "Acme Vision" });
  const { userId, token } = await aMember(db, organizationId, { role, expiresAt });
  const send = sender(url, token);
  const ask = async (query: string, variables?: object) => {
    const { body } = await send(query, variables);
    if (body.errors) throw new Error(JSON.stringify(body.errors));
    return body.data;
  };
  return { url, token, db, organizationId, userId, send, ask };
}

export async function aMember(
  db: DataSource,
  organizationId: string,
  { role = Role.OWNER, expiresAt = null as Date | null, name = "Ada Lovelace" } = {},
): Promise<{ userId: string; token: string }> {
  const userId = uuidv7();
  const token = newSecret();
  const secret = readSecret(token);
  if (!secret) throw new Error("A new token must be readable.");
  const pictureUrl = "https://pictures.example.com/ada.png";
  await db.manager.insert(User, { id: userId, name, email: `${userId}@example.com`, pictureUrl });
  await db.manager.insert(Membership, { organizationId, userId, role });
  await db.manager.insert(ApiToken, {
    id: uuidv7(),
    organizationId,
    userId,
    name: "test",
    expiresAt,
    ...secret,
  });
  return { userId, token };
}

/** The SQL statements that something sends, the look-up of the token left out. */
export async function statementsOf(run: () => Promise<unknown>): Promise<string[]> {
  const before = statements.length;
  await run();
  return statements.slice(before).filter((statement) => !statement.includes("from api_token"));
}
