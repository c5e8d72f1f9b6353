import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { attempts, follow, type Input, type Refused, type Section } from "./support/any-edits.ts";
import { aRegistry } from "./support/registry.ts";
import { aModel } from "./support/seed.ts";

type Type = "INTEGER" | "FLOAT" | "STRING" | "BOOLEAN" | "JSON";

interface Item {
  name: string;
  type: Type;
  value: unknown;
}

interface Given {
  name: string;
  type?: Type | null;
  value?: unknown;
}

type Operation = { set: Given } | { modify: Given & { newName?: string } } | { remove: { name: string } };

const name = fc.constantFrom("a", "b", "c", "d", " a ", "e\u0301");
const value = fc.constantFrom<unknown>(
  1,
  2,
  0.5,
  2 ** 53,
  "x",
  "7",
  true,
  null,
  [1],
  { a: 1, b: 2 },
  { b: 2, a: 1 },
);
const type = fc.constantFrom<Type | null>("INTEGER", "FLOAT", "STRING", "BOOLEAN", "JSON", null);
const given: fc.Arbitrary<Given> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ name, value }) },
  { weight: 1, arbitrary: fc.record({ name, value, type }) },
);
const modification = fc.oneof(
  { weight: 3, arbitrary: fc.record({ name, newName: name }) },
  { weight: 3, arbitrary: fc.record({ name, value }) },
  {
    weight: 1,
    arbitrary: fc.record({ name, newName: name, value, type }, { requiredKeys: ["name"] }),
  },
);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ set: given }) },
  { weight: 4, arbitrary: fc.record({ modify: modification }) },
  { weight: 1, arbitrary: fc.record({ remove: fc.record({ name }) }) },
);

const stored = (text: string) => text.trim().normalize("NFC");

const parameters: Section<Operation, Given> = {
  name: "parameters",
  mutation: "updateParameters",
  key: "name",
  fields: "name type value",
  start: [
    { name: "a", type: "FLOAT", value: 1 },
    { name: "b", type: "INTEGER", value: 1 },
    { name: "c", type: "JSON", value: null },
  ],
  check,
  apply: (before, input) => apply(before as Item[], input),
};

function typeOf(value: unknown): Type {
  if (typeof value === "number") return value % 1 === 0 ? "INTEGER" : "FLOAT";
  if (typeof value === "string") return "STRING";
  return typeof value === "boolean" ? "BOOLEAN" : "JSON";
}

/** 2^53 is the only value above that is not exact. */
function admits(type: Type, value: unknown): boolean {
  if (type === "JSON") return value !== 2 ** 53;
  if (type === "FLOAT") return typeof value === "number";
  return type === typeOf(value) && value !== 2 ** 53;
}

function check({ replace = [] }: Input<Operation, Given>): Refused[] {
  const wrong: Refused[] = [];
  replace.forEach(({ name, value, type }, at) => {
    if (replace.findIndex((other) => stored(other.name) === stored(name)) < at)
      wrong.push(["DUPLICATE", "input", "replace", at, "name"]);
    if (!admits(type ?? typeOf(value), value)) wrong.push(["INVALID", "input", "replace", at, "value"]);
  });
  return wrong;
}

/** The type of a new value for a parameter that had the type `old`. */
function typeFor({ value, type }: Omit<Given, "name">, old?: Type): Type {
  if (type) return type;
  const keeps = type === undefined && old && (old === "JSON" ? typeOf(value) === "JSON" : admits(old, value));
  return keeps ? old : typeOf(value);
}

function apply(before: Item[], { replace, operations = [] }: Input<Operation, Given>): Item[] | Refused[] {
  if (replace)
    return replace.map(({ name, value, type }) => ({
      name: stored(name),
      type: type ?? typeOf(value),
      value,
    }));
  const list = before.map((parameter) => ({ ...parameter }));
  const wrong: Refused[] = [];
  for (const [at, operation] of operations.entries()) {
    const [kind, { name, ...change }] = Object.entries(operation)[0] as [
      string,
      Given & { newName?: string },
    ];
    const found = list.findIndex((parameter) => parameter.name === stored(name));
    const old = list[found];
    const place = ["input", "operations", at, kind];
    if (kind !== "set" && !old) return [...wrong, ["NOT_FOUND", ...place, "name"]];
    if (kind === "remove") {
      list.splice(found, 1);
      continue;
    }
    const newName = stored(change.newName ?? name);
    if (newName !== stored(name) && list.some((other) => other.name === newName))
      return [...wrong, ["CONFLICT", ...place, "newName"]];
    const isTouched = "value" in change || "type" in change;
    const value = "value" in change ? change.value : old?.value;
    const type = isTouched
      ? typeFor({ ...change, value }, "value" in change ? old?.type : undefined)
      : old?.type;
    if (isTouched && !admits(type as Type, value))
      wrong.push(["INVALID", ...place, "value" in change ? "value" : "type"]);
    list.splice(old ? found : list.length, 1, { name: newName, type: type as Type, value });
  }
  return wrong.length > 0 ? wrong : list;
}

test("any sequence of edits of parameters gives what the plain rules give", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  expect.hasAssertions();
  await fc.assert(
    fc.asyncProperty(attempts(operation, given), (edits) => follow(registry, modelId, parameters, edits)),
    { numRuns: 150 },
  );
});
