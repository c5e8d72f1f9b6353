import { beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { buildApiSchema } from "../src/schema.ts";
import type { ServerConfig } from "../src/server.ts";
import { anyQuery } from "./support/any-query.ts";
import { onlyAt } from "./support/only-at.ts";
import { type Everything, everything } from "./support/people.ts";
import type { Operation } from "./support/print-query.ts";
import { aRegistry, type Registry } from "./support/registry.ts";
import { aFile, aModel, anExperiment, aVersion, wholeForm } from "./support/seed.ts";
import { type Answer, type Data, sender } from "./support/send.ts";
import { aServer } from "./support/test-server.ts";
import { byResolvers, ofOneOnly } from "./support/written.ts";

/** How many queries are asked: more of them for a longer run. */
const queries = Number(process.env.QUERIES ?? 200);

/** The ways of running a query: none may differ from the first but in speed. */
const ways: Partial<ServerConfig>[] = [
  { compile: false, readAhead: false },
  { compile: false, readAhead: true },
  { compile: true, compileAfter: 0, readAhead: true, writeJson: false },
  { compile: true, compileAfter: 0, readAhead: true, writeJson: true },
  { compile: true, compileAfter: 0, readAhead: false },
];

let registry: Registry;
let urls: string[];
let there: Everything;
let known: Parameters<typeof anyQuery>[1];

beforeAll(async () => {
  registry = await aRegistry();
  there = await everything(registry);
  await fill(registry);
  // The use of a token would be noted between two answers.
  await registry.db.query("update api_token set last_used_at = now() + interval '1 day'");
  urls = [];
  for (const way of ways)
    urls.push(
      `${(await aServer(registry.db, { publicUrl: "https://registry.example.com", ...way })).address}/graphql`,
    );
  const { models, modelVersions } = await registry.ask(
    "{ models { edges { cursor } } modelVersions { edges { cursor } } }",
  );
  const cursors = [models, modelVersions].flatMap(({ edges }) => [edges[0].cursor, edges.at(-1).cursor]);
  const ids = Object.entries(there.ids);
  const idsOf = (type: string) => ids.flatMap(([name, id]) => (name.split("_")[0] === type ? id : []));
  const ofType = (type: string) => [[`${type}By.ID`, [...idsOf(type), ...idsOf(type), "Model_x"]]];
  known = {
    ID: [...ids.map(([, id]) => id), "Model_x"],
    ...Object.fromEntries(
      ["Model", "ModelVersion", "Dataset", "DatasetVersion", "Experiment"].flatMap(ofType),
    ),
    ...{ "a.ID": idsOf("ModelVersion"), "b.ID": idsOf("ModelVersion") },
    String: ["First", "Detector", "e", "", "train", "epochs", "mAP50"],
    ...{ "after.String": [...cursors, "x"], "before.String": [...cursors, "x"] },
    Int: [1, 2, 3, 0, 100, -1],
    ...{ "first.Int": [1, 2, 3, 5, 5, 5, 0, 101], "last.Int": [1, 2, 3, 0, -1] },
    Float: [0, 0.5],
    Boolean: [true, false],
    DateTime: ["2026-01-01T00:00:00.000Z", "2126-01-01T00:00:00Z", "2026-12-01T00:00:00Z", "today"],
    ByteSize: [0, 1, 6_000_000],
    JSON: [1, "x", null, { a: [1] }],
    URL: ["https://example.com", "x"],
  };
});

/** Fields of whose selection resolvers make the answer. */
function isByResolvers(field: string): boolean {
  const [type, name = ""] = field.split(".");
  const isRoot = /^(model|dataset)(Version)?s?$|^experiments?$/.test(name);
  return type === "Query" ? !isRoot : [...byResolvers, ...ofOneOnly].includes(field);
}

const patience = 30_000 + 200 * queries;

test.each([
  ["every query is answered in the same way, however it is run", () => true],
  ["and so is every query whose answer PostgreSQL can write", (field: string) => !isByResolvers(field)],
])(
  "%s",
  async (_what, isUsed) => {
    const who = fc.oneof(
      { weight: 12, arbitrary: fc.constant("OWNER" as const) },
      fc.constantFrom("VIEWER" as const, "no token" as const),
    );
    const seen = { whole: 0, partly: 0, refused: 0 };
    const property = fc.asyncProperty(
      anyQuery(buildApiSchema(), known, 6, isUsed),
      who,
      async (operation, who) => {
        const token = there.tokens[who];
        const [url = "", ...others] = urls;
        const first = await ask(url, token, operation);
        for (const other of others)
          await compare(first, await ask(other, token, operation), (path) =>
            ask(url, token, onlyAt(operation, path)),
          );
        seen[first.errors.length === 0 ? "whole" : first.data ? "partly" : "refused"] += 1;
      },
    );
    await fc.assert(property, { numRuns: queries });
    // Most of them are answered: it has something to say.
    expect(seen.whole + seen.partly).toBeGreaterThan(queries / 3);
  },
  patience,
);

interface Result {
  status: number;
  data: Data;
  errors: NonNullable<Answer["body"]["errors"]>;
}

async function ask(url: string, token: string, { query, variables }: Operation): Promise<Result> {
  const { status, body } = await sender(url, token)(query, variables);
  const errors = (body.errors ?? []).map((each) => JSON.stringify(timeless(each))).sort();
  return { status, data: timeless(body.data), errors: errors.map((each) => JSON.parse(each)) };
}

/**
 * Of several errors that make one field null, each way tells those that it comes to before it has its answer. What the first way
 * has not told, it has to tell when it is asked for nothing else.
 */
async function compare(
  first: Result,
  other: Result,
  only: (path: (string | number)[]) => Promise<Result>,
): Promise<void> {
  expect(other.data).toEqual(first.data);
  const isSure = ({ path = [] }: Result["errors"][number]) => path.length > 0 && isNullAt(first.data, path);
  expect(other.errors.filter(isSure)).toEqual(first.errors.filter(isSure));
  const told = new Set(first.errors.map(textOf));
  for (const error of other.errors) {
    if (told.has(textOf(error))) continue;
    expect(error.path).toBeDefined();
    const { errors } = await only(error.path ?? []);
    expect(errors.map(placeless)).toContainEqual(placeless(error));
  }
  if (first.errors.every(isSure)) expect(other.status).toBe(first.status);
}

/** An error of whichever item of a list. */
function placeless({ message, path = [], extensions }: Result["errors"][number]) {
  return { message, extensions, path: path.filter((step) => typeof step === "string") };
}

function textOf(error: Result["errors"][number]): string {
  return JSON.stringify(error);
}

function isNullAt(data: Data, path: (string | number)[]): boolean {
  let value = data;
  for (const step of path) {
    if (value === null) return false;
    value = value[step];
  }
  return value === null;
}

/** An answer without what each has of its own: the number of the request, and for how long a URL is good. */
function timeless<Value>(value: Value): Value {
  if (value === undefined) return value;
  const text = JSON.stringify(value, (key, each) => (key === "requestId" ? undefined : each));
  return JSON.parse(text.replace(/\?[^"]*expires[^"]*/g, ""));
}

/** More than one of each thing that is listed. */
async function fill(registry: Registry): Promise<void> {
  for (const name of ["Detector", "Classifier"]) {
    const model = await aModel(registry, { name, description: "e" });
    for (let count = 0; count < 3; count += 1) {
      const version = await aVersion(registry, model, wholeForm);
      await aFile(registry, version);
      await anExperiment(registry, { base: version });
    }
  }
}
