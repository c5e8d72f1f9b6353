import "reflect-metadata";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { DataSource } from "typeorm";
import { findOwners, ownerTokenFile, resetOwnerToken, writeOwnerToken } from "./api-token/owner-token.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { connect } from "./data-source.ts";
import { openEmbeddedPostgres } from "./embedded-postgres/open.ts";
import { describeFailure } from "./welcome.ts";

const usage = `Usage: npm run admin -- reset-owner-token [--email ADDRESS] [--organization NAME-OR-ID]

  reset-owner-token   Gives an owner who has lost the API token another one, and revokes the lost one. Asks
                      which owner is meant where there are several.

Uses the database of DATABASE_URL, or the embedded one under DATA_DIR, whether a server runs on it or not.`;

/** Administration on the machine itself: no token is needed where somebody can read the database anyway. */
const commands: {
  [name: string]: (db: DataSource, config: Config, options: Options) => Promise<string>;
} = { "reset-owner-token": resetToken };

interface Options {
  email?: string | undefined;
  organization?: string | undefined;
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
    const db = await connect(database.url, 1);
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
      options: { email: { type: "string" }, organization: { type: "string" } },
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

async function resetToken(db: DataSource, { dataDir }: Config, options: Options): Promise<string> {
  const owners = await findOwners(db, options);
  const [owner] = owners;
  if (!owner) throw new ConfigError("There is no such owner: say less with --email and --organization.");
  if (owners.length > 1) {
    const list = owners.map(
      ({ email, organization }) => `  --email ${email} --organization "${organization}"`,
    );
    throw new ConfigError(`There are ${owners.length} owners; say which one is meant:\n${list.join("\n")}`);
  }
  const file = ownerTokenFile(dataDir);
  const token = await db.transaction(async (tx) => {
    const secret = await resetOwnerToken(tx, owner);
    await writeOwnerToken(file, secret); // before the commit, as at the first start
    return secret;
  });
  return `The new API token of ${owner.name} (${owner.email}) in "${owner.organization}", also in ${file}:\n\n  ${token}\n`;
}
