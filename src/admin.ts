import "reflect-metadata";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { DataSource } from "typeorm";
import { findOwners, type Owner, ownerTokenFile, resetOwnerToken } from "./api-token/owner-token.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { connect } from "./data-source.ts";
import { openEmbeddedPostgres } from "./embedded-postgres/open.ts";
import { toGlobalId } from "./node/id.ts";
import { openKeyring } from "./open-keyring.ts";
import { writeSecretFile } from "./secret-file.ts";
import { rotateSecrets } from "./stored-secrets.ts";
import { sweepByHand } from "./sweep/sweep-by-hand.ts";
import { describeFailure } from "./welcome.ts";

const usage = `Usage: npm run admin -- reset-owner-token [--member ID]
       npm run admin -- rotate-secrets
       npm run admin -- sweep [--dry-run]

  reset-owner-token   Gives an owner who has lost the API token another one, and revokes the lost one. Asks
                      which owner is meant where there are several.
  rotate-secrets      Encrypts all secrets anew that are not under the first key of SECRET_KEYS.
  sweep               Does at once what the servers do every hour: purges what has been in the trash for long enough,
                      gives up uploads that have expired, and removes bytes that nothing refers to. With --dry-run
                      it only tells what that would be.

Uses the database of DATABASE_URL, or the embedded one under DATA_DIR, whether a server runs on it or not.`;

/** Administration on the machine itself: no token is needed where somebody can read the database anyway. */
const commands: {
  [name: string]: (db: DataSource, config: Config, options: Options) => Promise<string>;
} = { "reset-owner-token": resetToken, "rotate-secrets": rotate, sweep: sweepOnce };

interface Options {
  member?: string | undefined;
  "dry-run"?: boolean | undefined;
}

try {
  process.stdout.write(`${await main(process.argv.slice(2))}\n`);
} catch (error) {
  process.stderr.write(`${describeFailure(error)}\n`);
  process.exitCode = 1;
}

async function main(args: string[]): Promise<string> {
  const { name, options } = readArguments(args);
  const command = commands[name];
  if (!command) throw new ConfigError(usage);
  const config = readConfig(process.env);
  const database = await openDatabase(config);
  try {
    const db = await connect(database.url, { poolSize: 1, preparedStatements: config.preparedStatements });
    try {
      if (await db.showMigrations())
        throw new ConfigError(
          "The database is of another version of the registry: start the server once, then try again.",
        );
      return await command(db, config, options);
    } finally {
      await db.destroy();
    }
  } finally {
    await database.close();
  }
}

function readArguments(args: string[]): { name: string; options: Options } {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { member: { type: "string" }, "dry-run": { type: "boolean" } },
    });
    return { name: positionals.length === 1 ? String(positionals[0]) : "", options: values };
  } catch {
    return { name: "", options: {} };
  }
}

async function openDatabase(config: Config): Promise<{ url: string; close: () => Promise<void> }> {
  if (config.databaseUrl) return { url: config.databaseUrl, close: async () => {} };
  const directory = join(config.dataDir, "postgres");
  const exists = await access(directory).then(
    () => true,
    () => false,
  );
  if (exists) return openEmbeddedPostgres(directory);
  throw new ConfigError(
    `DATABASE_URL: expected postgres://user:password@host:port/database, got nothing; and there is no database in ${directory}.`,
  );
}

async function resetToken(db: DataSource, { dataDir }: Config, { member }: Options): Promise<string> {
  const owners = await findOwners(db);
  const meant = owners.filter(({ memberId }) => member === undefined || member === idOf(memberId));
  const [owner] = meant;
  if (!owner || meant.length > 1) {
    const problem = owner ? `There are ${owners.length} owners` : "There is no such owner";
    throw new ConfigError(`${problem}; say which one is meant:\n${owners.map(describe).join("\n")}`);
  }
  const file = ownerTokenFile(dataDir);
  const { token, replacesFile } = await db.transaction(async (tx) => {
    const made = await resetOwnerToken(tx, owner, file);
    if (made.replacesFile) await writeSecretFile(file, made.token); // before the commit, as at the first start
    return made;
  });
  const where = replacesFile ? `, also in ${file}` : "";
  return `The new API token of ${nameOf(owner)}${where}:\n\n  ${token}\n`;
}

async function rotate(db: DataSource, config: Config): Promise<string> {
  const keyring = await openKeyring(config);
  if (keyring.isEmpty)
    throw new ConfigError("SECRET_KEYS: expected the keys of the servers, the new one first, got none.");
  const { rotated, left } = await rotateSecrets(db, keyring);
  const rest = left > 0 ? `; ${left} are left that are not under it` : ", and none are left";
  return `${rotated} secrets were encrypted anew under the key "${keyring.current}"${rest}.`;
}

async function sweepOnce(db: DataSource, config: Config, options: Options): Promise<string> {
  return sweepByHand(db, config, options["dry-run"] ?? false);
}

function idOf(memberId: string): string {
  return toGlobalId("Member", memberId);
}

/** The id can be pasted into a shell as it is; what people have typed stands behind it, as a comment. */
function describe(owner: Owner): string {
  return `  --member ${idOf(owner.memberId)}  # ${nameOf(owner)}`;
}

function nameOf({ name, email, organization }: Owner): string {
  return `${name} (${email}) in "${organization}"`.replace(/\p{Cc}/gu, " ");
}
