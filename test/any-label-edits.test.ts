import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { attempts, follow, type Input, type Refused, type Section } from "./support/any-edits.ts";
import { aRegistry } from "./support/registry.ts";
import { aModel } from "./support/seed.ts";

interface Item {
  index: number;
  name: string;
}

type Operation =
  | { set: Item }
  | { modify: { index: number; newIndex?: number; newName?: string } }
  | { remove: { index: number } };

const index = fc.constantFrom(-1, 0, 1, 2, 3, 2_147_483_647);
const name = fc.constantFrom("a", "b", "c", " a ", "e\u0301", "\u00e9", "a", "b", "c", " ");
const item = fc.record({ index, name });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ set: item }) },
  {
    weight: 3,
    arbitrary: fc.record({
      modify: fc.record({ index, newIndex: index, newName: name }, { requiredKeys: ["index"] }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ remove: fc.record({ index }) }) },
);

const stored = (text: string) => text.trim().normalize("NFC");
const byIndex = (labels: Item[]) => [...labels].sort((a, b) => a.index - b.index);

const labels: Section<Operation, Item> = {
  name: "labels",
  mutation: "updateLabelMap",
  key: "index",
  fields: "index name",
  start: ["a", "b", "c", "d"].map((name, index) => ({ index, name })),
  check,
  apply,
};

function check({ replace = [], operations = [] }: Input<Operation, Item>): Refused[] {
  const wrong: Refused[] = [];
  replace.forEach(({ index, name }, at) => {
    if (replace.findIndex((other) => other.index === index) < at)
      wrong.push(["DUPLICATE", "input", "replace", at, "index"]);
    if (!stored(name)) wrong.push(["INVALID", "input", "replace", at, "name"]);
  });
  operations.forEach((operation, at) => {
    if ("set" in operation && !stored(operation.set.name))
      wrong.push(["INVALID", "input", "operations", at, "set", "name"]);
    if ("modify" in operation && operation.modify.newName && !stored(operation.modify.newName))
      wrong.push(["INVALID", "input", "operations", at, "modify", "newName"]);
  });
  return wrong;
}

function apply(before: Item[], { replace, operations = [] }: Input<Operation, Item>): Item[] | Refused[] {
  if (replace) return byIndex(replace.map(({ index, name }) => ({ index, name: stored(name) })));
  let labels = before;
  for (const [at, operation] of operations.entries()) {
    const without = (index: number) => labels.filter((label) => label.index !== index);
    if ("set" in operation) {
      const { index, name } = operation.set;
      labels = [...without(index), { index, name: stored(name) }];
    } else if ("modify" in operation) {
      const { index, newIndex = index, newName } = operation.modify;
      const old = labels.find((label) => label.index === index);
      if (!old) return [["NOT_FOUND", "input", "operations", at, "modify", "index"]];
      if (newIndex !== index && labels.some((label) => label.index === newIndex))
        return [["CONFLICT", "input", "operations", at, "modify", "newIndex"]];
      labels = [...without(index), { index: newIndex, name: newName ? stored(newName) : old.name }];
    } else {
      const { index } = operation.remove;
      if (!labels.some((label) => label.index === index))
        return [["NOT_FOUND", "input", "operations", at, "remove", "index"]];
      labels = without(index);
    }
  }
  return byIndex(labels);
}

test("any sequence of edits of a label map gives what the plain rules give", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  expect.hasAssertions();
  await fc.assert(
    fc.asyncProperty(attempts(operation, item), (edits) => follow(registry, modelId, labels, edits)),
    { numRuns: 150 },
  );
});
