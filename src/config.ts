import { join, resolve } from "node:path";
import { parseSecretKeys, type SecretKey } from "./keyring.ts";
import { amazon, readEndpoint } from "./storage-connector/s3-endpoint.ts";

/** What the server was told by its environment; every value has been checked. */
export interface Config {
  port: number;
  host: string;
  /** Absolute path of the folder that holds the embedded database, its secret keys and the first owner's token. */
  dataDir: string;
  /** Absolute path of the folder under which local-disk connectors keep their bytes. Replicas have to share it. */
  filesDir: string;
  /** Bytes of a file at most. */
  maxFileSize: number;
  /** Object stores that connectors may name, `"*"` for all; and buckets that they may use with the server's own credentials. */
  s3Endpoints: string[] | "*";
  s3EnvironmentBuckets: string[];
  /** Under which clients reach this server; null to go by each request. */
  publicUrl: string | null;
  /** `postgres://…`, or undefined when the embedded database is to be used. */
  databaseUrl: string | undefined;
  /** Connections to PostgreSQL that this process opens at most. */
  databasePoolSize: number;
  /** Whether PostgreSQL may be asked to remember statements: not through a pooler that cannot. */
  preparedStatements: boolean;
  /** Whether packets to PostgreSQL may follow one another on a connection; see docs/performance.md. */
  pipelines: boolean;
  /** What encrypts secrets at rest: the first, and those that still decrypt. Empty when there are none. */
  secretKeys: SecretKey[];
  /** Origins whose pages may call the API; `"*"` for all. */
  corsOrigins: string[] | "*";
  /** For how many days what was deleted can be restored. */
  trashDays: number;
  /** Whether one statement reads all that a query selects; see docs/performance.md. */
  readAhead: boolean;
  introspection: boolean;
  playground: boolean;
  /** Whether queries that come often are compiled. */
  compile: boolean;
  /** Whether PostgreSQL writes the JSON of answers that need nothing of this process. */
  writeJson: boolean;
  logLevel: string;
  /** Used once, when the registry is empty. */
  first: { organization: string; ownerName: string; ownerEmail: string; ownerPictureUrl: string | null };
}

/** A variable has a value that cannot be used; the message is one line that says what would be right. */
export class ConfigError extends Error {}

const logLevels = ["silent", "error", "warn", "info", "debug", "trace"];

export function readConfig(env: NodeJS.ProcessEnv): Config {
  const read = <T>(
    name: string,
    expected: string,
    fallback: string,
    parse: (text: string) => T | undefined,
  ): T => {
    const text = env[name]?.trim() || fallback;
    const value = parse(text);
    if (value === undefined) throw new ConfigError(`${name}: expected ${expected}, got "${text}".`);
    return value;
  };
  const flag = (name: string) =>
    read(name, "true or false", "true", (text) => ({ true: true, false: false })[text]);
  const text = (name: string, fallback: string) =>
    read(name, "1 to 200 characters", fallback, (value) => (value.length <= 200 ? value : undefined));

  const dataDir = resolve(text("DATA_DIR", "data"));
  return {
    port: read("PORT", "a whole number from 0 to 65535", "4000", wholeNumber(0, 65_535)),
    host: text("HOST", "127.0.0.1"),
    dataDir,
    filesDir: resolve(text("FILES_DIR", join(dataDir, "files"))),
    maxFileSize: read(
      "MAX_FILE_SIZE",
      "a whole number of bytes from 1 to 5497558138880",
      String(2 ** 40),
      wholeNumber(1, 5 * 2 ** 40),
    ),
    s3Endpoints: read(
      "S3_ENDPOINTS",
      `* or endpoints such as https://s3.example.com, and ${amazon}, separated by commas`,
      "*",
      (value) =>
        value === "*" ? value : list(value, (each) => (each === amazon ? each : readEndpoint(each))),
    ),
    s3EnvironmentBuckets: read(
      "S3_ENVIRONMENT_BUCKETS",
      "buckets such as models, or https://s3.example.com/models, separated by commas",
      "none",
      (value) =>
        value === "none" ? [] : list(value, (each) => (each.includes("/") ? readEndpoint(each) : each)),
    ),
    publicUrl: read("PUBLIC_URL", "an http or https URL", "none", (value) =>
      value === "none" ? null : webUrl(value)?.replace(/\/+$/, ""),
    ),
    databaseUrl: postgresUrl(env.DATABASE_URL?.trim() || undefined),
    databasePoolSize: read(
      "DATABASE_POOL_SIZE",
      "a whole number from 1 to 1000",
      "10",
      wholeNumber(1, 1_000),
    ),
    preparedStatements: flag("PREPARED_STATEMENTS"),
    pipelines: flag("PIPELINES"),
    secretKeys: secretKeys(env.SECRET_KEYS?.trim() || undefined),
    corsOrigins: read(
      "CORS_ORIGINS",
      "* or origins such as https://app.example.com, separated by commas",
      "none",
      origins,
    ),
    trashDays: read("TRASH_DAYS", "a whole number from 1 to 3650", "30", wholeNumber(1, 3_650)),
    readAhead: flag("READ_AHEAD"),
    introspection: flag("INTROSPECTION"),
    playground: flag("PLAYGROUND"),
    compile: flag("COMPILE"),
    writeJson: flag("WRITE_JSON"),
    logLevel: read("LOG_LEVEL", `one of ${logLevels.join(", ")}`, "warn", (value) =>
      logLevels.includes(value) ? value : undefined,
    ),
    first: {
      organization: text("ORGANIZATION_NAME", "My organization"),
      ownerName: text("OWNER_NAME", "Owner"),
      ownerEmail: read("OWNER_EMAIL", "an e-mail address", "owner@localhost", (value) =>
        /^[^\s@]+@[^\s@]+$/.test(value) ? value : undefined,
      ),
      ownerPictureUrl: read("OWNER_PICTURE_URL", "an http or https URL", "none", (value) =>
        value === "none" ? null : webUrl(value),
      ),
    },
  };
}

function wholeNumber(min: number, max: number) {
  return (text: string) => {
    const value = Number(text);
    return /^\d+$/.test(text) && value >= min && value <= max ? value : undefined;
  };
}

/** Does not repeat what it got, as the other variables do: it can hold a password. */
function postgresUrl(text: string | undefined): string | undefined {
  if (text === undefined || (URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol)))
    return text;
  throw new ConfigError(
    "DATABASE_URL: expected postgres://user:password@host:port/database, got something else.",
  );
}

/** Does not repeat what it got either. */
function secretKeys(text: string | undefined): SecretKey[] {
  const keys = text === undefined ? [] : parseSecretKeys(text);
  if (keys) return keys;
  throw new ConfigError(
    "SECRET_KEYS: expected id:key pairs separated by commas, each id once and each key 32 bytes in base64 " +
      "(openssl rand -base64 32), got something else.",
  );
}

function webUrl(text: string): string | undefined {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) ? text : undefined;
}

function origins(text: string): string[] | "*" | undefined {
  if (text === "none") return [];
  if (text === "*") return "*";
  return list(text, (each) => (URL.canParse(each) && new URL(each).origin === each ? each : undefined));
}

/** What stands between commas, each as `parse` gives it; undefined when one is wrong. */
function list(text: string, parse: (each: string) => string | undefined): string[] | undefined {
  const parsed = text.split(",").map((each) => parse(each.trim()));
  return parsed.every((each): each is string => Boolean(each)) ? parsed : undefined;
}
