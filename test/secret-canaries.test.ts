import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import type { DataSource } from "typeorm";
import { createDataSource } from "../src/data-source.ts";
import { Role } from "../src/member/role.ts";
import { removeDockerImage, updateDockerImage, updateDockerImageMutation } from "./support/docker-image.ts";
import { urlOf } from "./support/embedded-cluster.ts";
import { aStorageConnector } from "./support/people.ts";
import { aMember } from "./support/registry.ts";
import { aModel, anExperiment, uuid } from "./support/seed.ts";
import { type Data, type Send, sender } from "./support/send.ts";
import { aDataDir, startServer, tokenOf } from "./support/server-process.ts";

/** Stands in every secret of this test, and in nothing else. */
const stem = randomBytes(12).toString("hex");
/** Stands in variables that are no secrets, to show that what is looked through is looked through. */
const control = randomBytes(12).toString("hex");
const numbers = Array.from({ length: 50 }, (_, number) => number);

/** The ways in which a text can stand somewhere: as it is, in hex, and in base64 wherever it begins. */
function waysToWrite(text: string): string[] {
  const base64 = [0, 1, 2].map((offset) =>
    Buffer.from("x".repeat(offset) + text)
      .toString("base64")
      .slice(4, -4),
  );
  return [text, Buffer.from(text).toString("hex"), ...base64];
}

const canBeFound = (text: string, where: Buffer | string) =>
  waysToWrite(text).some((way) => where.includes(way));

const create = `mutation ($modelId: ID!, $input: CreateModelVersionInput!, $key: String) {
  createModelVersion(modelId: $modelId, input: $input, idempotencyKey: $key) {
    modelVersion { id } userErrors { message field code }
  }
}`;

const exportIt = `mutation ($id: ID!, $modelId: ID!, $name: String!) {
  exportExperiment(id: $id, modelId: $modelId, input: { name: $name, anyStatus: true }) { userErrors { code } }
}`;

const variables = (value: string) => [
  { name: "TOKEN", value, secret: true },
  { name: "MODE", value: control },
];

test("fifty secrets, set, edited, copied and deleted, are nowhere to be found", async () => {
  const DATA_DIR = aDataDir();
  const server = await startServer({ DATA_DIR, LOG_LEVEL: "trace" }, ["--embedded"]);
  const db = await createDataSource(urlOf(join(DATA_DIR, "postgres"))).initialize();
  await logEverything(db);
  const send = sender(server.url, tokenOf(DATA_DIR));
  const ask = async (query: string, input?: object) => (await send(query, input)).body.data;
  const modelId = await aModel({ ask });

  const ids: string[] = [];
  for (const number of numbers) {
    const dockerImage = { image: "acme/yolox:1", environmentVariables: variables(`${stem}-set-${number}`) };
    const input = { name: `v${number}`, type: "LINE", dockerImage };
    const { createModelVersion } = await ask(create, { modelId, input, key: `key-${number}` });
    ids.push(createModelVersion.modelVersion.id);
  }
  for (const [number, id] of ids.entries()) {
    const value = `${stem}-edited-${number}`;
    for (const dryRun of [true, false]) {
      const edit = { id, input: { environmentVariables: variables(value) }, dryRun };
      const { userErrors, dockerImage } = await updateDockerImage({ ask }, edit);
      expect([userErrors, dockerImage.environmentVariables[0].value]).toEqual([[], value]);
    }
  }
  await copyAll(db, ids.slice(0, 25), ids.slice(25));
  for (const base of ids.slice(0, 5)) {
    const id = await anExperiment({ ask }, { base }, {});
    const { exportExperiment } = await ask(exportIt, { id, modelId, name: `exported ${id}` });
    expect(exportExperiment.userErrors).toEqual([]);
  }
  await useConnectors(ask);
  const { token } = await aViewer(db);
  const seen = await everythingSeen(sender(server.url, token));
  const errors = await errorsOf(send, server.url, db, ids[0] ?? "");
  const dump = await dumpOf(db);
  for (const id of ids.slice(0, 10)) await removeDockerImage({ ask }, { id });
  for (const id of ids.slice(10, 20))
    await updateDockerImage({ ask }, { id, input: { environmentVariables: null } });
  for (const id of ids.slice(20, 30)) await ask(settle("deleteModelVersion"), { id });
  for (const id of ids.slice(20, 25)) await ask(settle("purgeModelVersion"), { id });
  const later = await dumpOf(db);
  await db.destroy();
  expect(await server.end()).toBe(0);

  const logs = server.output();
  const postgresLog = readFileSync(join(DATA_DIR, "postgres", "postgres.log"));
  const files = filesIn(DATA_DIR);
  const places = { dump, later, seen, errors, logs, ...Object.fromEntries(files) };
  const leaks = Object.entries(places).filter(([, content]) => canBeFound(stem, content));
  expect(leaks.map(([place]) => place)).toEqual([]);

  for (const place of [dump, later, seen, postgresLog]) expect(canBeFound(control, place)).toBe(true);
  expect([...files].filter(([, content]) => canBeFound(control, content)).map(([path]) => path)).toEqual(
    expect.arrayContaining([expect.stringContaining("/base/"), expect.stringContaining("/pg_wal/")]),
  );
  expect(logs).toContain("unexpected error");
  expect(dump.match(/sealed/g)?.length).toBeGreaterThanOrEqual(50);
});

/** Adds storage connectors with secrets, changes them, and lets them fail. */
async function useConnectors(ask: (query: string, input?: object) => Promise<Data>): Promise<void> {
  const key = (number: number) => ({ accessKeyId: control, secretAccessKey: `${stem}-connector-${number}` });
  const change = `mutation ($id: ID!, $input: UpdateStorageConnectorInput!) {
    updateStorageConnector(id: $id, input: $input) { userErrors { message } }
  }`;
  const test = `mutation ($id: ID!) { testStorageConnector(id: $id) { test { ok steps { problem } } } }`;
  for (const number of [1, 2, 3]) {
    const s3 = { name: `Bucket ${number}`, credentials: key(number) };
    const id = await aStorageConnector({ ask }, "http://127.0.0.1:9", s3);
    await ask(change, { id, input: { credentials: key(number + 10) } });
    const taken = await ask(change, { id, input: { name: "Local disk", credentials: key(number + 20) } });
    expect(taken.updateStorageConnector.userErrors).toHaveLength(1);
    expect((await ask(test, { id })).testStorageConnector.test.ok).toBe(false);
  }
}

const settle = (mutation: string) => `mutation ($id: ID!) { ${mutation}(id: $id) { userErrors { code } } }`;

/** As an operator would who looks for a mistake: every statement with its parameters. */
async function logEverything(db: DataSource): Promise<void> {
  await db.query("alter system set log_statement = 'all'");
  await db.query("alter system set log_parameter_max_length_on_error = -1");
  await db.query("alter system set log_min_messages = 'debug1'");
  await db.query("select pg_reload_conf()");
}

/** As inheritance does. */
async function copyAll(db: DataSource, from: string[], to: string[]): Promise<void> {
  for (const [index, id] of from.entries())
    await db.query(
      `update docker_image set environment_variables = o.environment_variables from docker_image o
       where o.model_version_id = $1 and docker_image.model_version_id = $2`,
      [uuid(id), uuid(to[index] ?? "")],
    );
}

async function aViewer(db: DataSource) {
  const [{ id }] = await db.query("select id from organization");
  return aMember(db, id, { role: Role.VIEWER });
}

async function everythingSeen(send: Send): Promise<string> {
  const fields = "name dockerImage { image flags environmentVariables { name value secret visibility } }";
  const answers = [
    await send(`{ modelVersions(first: 100) { nodes { ${fields} } } }`),
    await send(
      `{ models(first: 100) { nodes { latestVersion { ${fields} } versions(first: 50) { nodes { ${fields} } } } } }`,
    ),
    await send(
      "{ experiments(first: 100) { nodes { dockerImage { image environmentVariables { name value visibility } } } } }",
    ),
    await send("{ trash(first: 100) { nodes { objectId name kind contents { fileCount } } } }"),
  ];
  return JSON.stringify(answers.map(({ body }) => body));
}

/** Everything that can go wrong with a secret in hand; the answers as text. */
async function errorsOf(send: Send, url: string, db: DataSource, id: string): Promise<string> {
  const value = `${stem}-error`;
  const variable = { name: "TOKEN", value, secret: true };
  const edit = (environmentVariables: unknown, more: object = {}) =>
    [updateDockerImageMutation, { id, input: { environmentVariables }, ...more }] as const;
  const inline = (text: string) =>
    [
      `mutation { updateDockerImage(id: "${id}", input: { environmentVariables: [${text}] }) { userErrors { message } } }`,
    ] as const;
  /** A null variable where null cannot be, beside a secret in the document. */
  const beside = (input: string) =>
    [
      `mutation ($n: String = "A") { updateDockerImage(id: "${id}", input: { ${input} }) { userErrors { message } } }`,
      { n: null },
    ] as const;
  const requests: (readonly [string, object?])[] = [
    beside(`environmentVariables: [{ name: $n, value: "${value}", secret: true }]`),
    beside(`flags: [$n], environmentVariables: [{ name: "A", value: "${value}", secret: true }]`),
    edit([variable], { expectedRevision: 99 }),
    edit([variable], { id: id.replace(/.{8}$/, "00000000") }),
    edit([variable, variable]),
    edit([{ ...variable, name: `TOKEN=${value}` }]),
    edit([{ ...variable, value: `${value}\0` }]),
    edit([{ ...variable, value: value.repeat(200) }]),
    edit([{ ...variable, value: [value] }]),
    edit([{ ...variable, value: { value } }]),
    edit([{ ...variable, masked: true }]),
    edit([{ value }]),
    edit([{ ...variable, secret: value }]),
    edit(`TOKEN=${value}`),
    edit([[variable]]),
    edit({ TOKEN: value }),
    edit([variable], { input: [variable] }),
    edit([variable], { input: { environmentVariables: [variable], image: "Not an image" } }),
    inline(`{ name: "TOKEN", value: "${value}", masked: true }`),
    inline(`{ name: "TOKEN", value: ["${value}"] }`),
    inline(`{ name: "TOKEN", secret: "${value}" }`),
    inline(`{ name: "TOKEN", value: { a: "${value}" } }`),
    inline(`"TOKEN=${value}"`),
    inline(`{ name: "TOKEN", "${value}" }`),
    inline(`{ name: "TOKEN", value: "${value} }`),
    inline(`{ name: "TOKEN", value: """${value}""" "${value}" }`),
  ];
  const answers: string[] = [];
  const keep = async (request: readonly [string, object?]) => {
    const { body } = await send(...request);
    const [userErrors] = Object.values<{ userErrors: object[] }>(body.data ?? {}).map(
      (each) => each.userErrors,
    );
    expect([...(body.errors ?? []), ...(userErrors ?? [])]).not.toEqual([]);
    answers.push(JSON.stringify(body.errors ?? userErrors));
  };
  for (const request of requests) await keep(request);
  for (const [type, body] of [
    ["application/json", `{"query": "{ viewer }", "variables": { "value": "${value}" `],
    ["application/json", JSON.stringify({ query: "{ viewer }", variables: value })],
    ["text/plain", value],
  ] as const) {
    const response = await fetch(url, { method: "POST", headers: { "content-type": type }, body });
    expect(response.status).toBeGreaterThanOrEqual(400);
    answers.push(await response.text());
  }

  // A defect: what PostgreSQL says then quotes the row.
  await db.query(`create function fail() returns trigger language plpgsql as
    $$ begin raise exception 'defect at %', new.environment_variables; end $$`);
  await db.query("create trigger fail before update on docker_image for each row execute function fail()");
  await keep(edit([variable]));
  await db.query("drop function fail cascade");
  // And one in which it quotes the row by itself.
  await db.query(
    "alter table docker_image add constraint fail check (jsonb_array_length(environment_variables) < 3)",
  );
  await keep(edit([variable, { ...variable, name: "A" }, { ...variable, name: "B" }]));
  await db.query("alter table docker_image drop constraint fail");
  return answers.join("\n");
}

/** Every row of every table as text, and whatever can be decoded in it. */
async function dumpOf(db: DataSource): Promise<string> {
  const tables: { name: string }[] = await db.query(
    "select quote_ident(relname) as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'",
  );
  const rows: string[] = [];
  for (const { name } of tables) {
    const found: { row: string }[] = await db.query(`select t::text as row from ${name} t`);
    rows.push(...found.map(({ row }) => row));
  }
  const text = rows.join("\n");
  const decoded = [
    ...(text.match(/[A-Za-z0-9+/]{24,}={0,2}/g) ?? []).map((each) =>
      Buffer.from(each, "base64").toString("latin1"),
    ),
    ...(text.match(/(?<=\\x)[0-9a-f]+/g) ?? []).map((each) => Buffer.from(each, "hex").toString("latin1")),
  ];
  return [text, ...decoded].join("\n");
}

function filesIn(folder: string): Map<string, Buffer> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [path, readFileSync(path)]));
}
