import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { compareAbout } from "../src/comparison/compare-about.ts";
import { compareDatasets } from "../src/comparison/compare-datasets.ts";
import { compareDockerImages } from "../src/comparison/compare-docker-images.ts";
import { type ComparedFile, compareFiles } from "../src/comparison/compare-files.ts";
import { compareLabels } from "../src/comparison/compare-labels.ts";
import { compareMetrics } from "../src/comparison/compare-metrics.ts";
import { compareParameters } from "../src/comparison/compare-parameters.ts";
import { countDifferences, type Difference } from "../src/comparison/differences.ts";
import type { StoredVariable } from "../src/docker-image/environment-variable.ts";
import { MetricGoal } from "../src/experiment-metric/metric-goal.ts";
import { DetectionType, Framework } from "../src/model-version/enums.ts";
import { ParameterType } from "../src/parameter/parameter.ts";

/** Few values, so that two lists have much in common. */
const name = fc.constantFrom("a", "b", "c", "d", "é", "😀");
const unique = <Value>(value: fc.Arbitrary<Value>, key: (value: Value) => unknown) =>
  fc.uniqueArray(value, { selector: key, maxLength: 6 });

const about = fc.record({
  name,
  description: fc.option(name),
  framework: fc.option(fc.constantFrom(...Object.values(Framework))),
  type: fc.constantFrom(...Object.values(DetectionType)),
});
const labels = unique(fc.record({ index: fc.integer({ min: -3, max: 3 }), name }), ({ index }) => index);
const parameters = unique(
  fc.record({
    name,
    type: fc.constantFrom(ParameterType.FLOAT, ParameterType.JSON),
    value: fc.constantFrom<unknown>(1, null, { x: 1, y: 2 }, { y: 2, x: 1 }, [1], "1"),
  }),
  ({ name }) => name,
);
const number = fc.constantFrom(0, 0.5, -2, 1e308, -1e308);
const metrics = unique(
  fc.record({ name, goal: fc.constantFrom(...Object.values(MetricGoal)), value: number, best: number }),
  ({ name }) => name,
);
const datasets = unique(
  fc.record({
    dataset: fc.record({ alias: name, datasetVersionId: name }),
    labelMapDigest: fc.constantFrom("", "x", "y"),
  }),
  ({ dataset }) => dataset.alias,
);
/** The key "gone" is not there any more. A secret opens as what stands before its first point. */
const variable = fc.record({ name, value: name, sealed: fc.boolean(), gone: fc.boolean(), nonce: fc.nat(1) });
const dockerImage = fc.option(
  fc.record({
    ...{ image: name, tag: fc.option(name), digest: fc.option(name) },
    flags: fc.array(name, { maxLength: 2 }),
    environmentVariables: unique(variable, ({ name }) => name).map((variables) =>
      variables.map(({ name, value, sealed, gone, nonce }): StoredVariable => {
        if (!sealed) return { name, value };
        return { name, keyId: gone ? "gone" : "key", sealed: `${value}.${nonce}` };
      }),
    ),
  }),
);
const open = ({ keyId, sealed }: { keyId: string; sealed: string }) =>
  keyId === "gone" ? null : String(sealed.split(".")[0]);
/** Of each blob the digest of a READY one is told by its id: blobs "1" and "2" have the same. */
const file = fc.record({
  file: fc.record({ name }),
  blob: fc.constantFrom<ComparedFile["blob"]>(
    { id: "1", state: "READY", sha256: Buffer.from([1]) },
    { id: "2", state: "READY", sha256: Buffer.from([1]) },
    { id: "3", state: "READY", sha256: Buffer.from([3]) },
    { id: "4", state: "VERIFYING", sha256: null },
    { id: "5", state: "CORRUPT", sha256: Buffer.from([1]) },
  ),
});
const files = unique(file, ({ file }) => file.name);

/** Each section: its comparison, and what it compares. */
const sections: { [section: string]: [(a: never, b: never) => object, fc.Arbitrary<unknown>] } = {
  about: [compareAbout, about],
  labels: [compareLabels, labels],
  parameters: [compareParameters, parameters],
  metrics: [compareMetrics, metrics],
  datasets: [compareDatasets, datasets],
  "docker image": [(a, b) => compareDockerImages(a, b, open), dockerImage],
  files: [compareFiles, files],
};

/** Nothing at all is left of what does not differ. */
const isEmpty = (found: object) =>
  Object.values(found)
    .flat()
    .every((each) => each === null);

/** Changes sides: `a` and `b`, and the sign of what has grown. */
function mirror(found: unknown): unknown {
  if (Array.isArray(found) && found.every((each) => typeof each === "object")) return found.map(mirror);
  if (typeof found !== "object" || found === null || Array.isArray(found)) return found;
  if (!("a" in found))
    return Object.fromEntries(Object.entries(found).map(([key, value]) => [key, mirror(value)]));
  const { a, b, ...rest } = found as unknown as Difference<unknown> & { difference?: number | null };
  const { difference } = rest;
  return { ...rest, a: b, b: a, ...(difference && { difference: -difference }) };
}

test.each(Object.entries(sections))(
  "%s: nothing differs from itself, and sides can be changed",
  (_, [compare, any]) => {
    const compareAny = compare as (a: unknown, b: unknown) => object;
    fc.assert(
      fc.property(any, any, (a, b) => {
        expect(isEmpty(compareAny(a, a))).toBe(true);
        expect(compareAny(b, a)).toEqual(mirror(compareAny(a, b)));
      }),
      { numRuns: 500 },
    );
  },
);

/** What the differences make of the one side. */
function applied<Value>(to: Map<unknown, Value>, differences: { key: unknown; b: Value | null }[]) {
  const result = new Map(to);
  for (const { key, b } of differences)
    if (b === null) result.delete(key);
    else result.set(key, b);
  return result;
}

test("the differences of labels and of parameters make b out of a", () => {
  const names = (map: { index: number; name: string }[]) =>
    new Map(map.map(({ index, name }) => [index, name]));
  fc.assert(
    fc.property(labels, labels, (a, b) => {
      const differences = compareLabels(a, b).map(({ index, b }) => ({ key: index, b }));
      expect(applied(names(a), differences)).toEqual(names(b));
    }),
  );
  const values = (list: { name: string }[]) => new Map(list.map((each) => [each.name, JSON.stringify(each)]));
  fc.assert(
    fc.property(parameters, parameters, (a, b) => {
      const differences = compareParameters(a, b).map(({ name, b }) => ({
        key: name,
        b: b && JSON.stringify(b),
      }));
      expect(applied(values(a), differences)).toEqual(values(b));
    }),
  );
});

test("every file is told once, unless the other version has it under the same name", () => {
  fc.assert(
    fc.property(files, files, (a, b) => {
      const found = compareFiles(a, b);
      const told = (side: "a" | "b") => found.flatMap((each) => each[side]?.name ?? []);
      for (const [side, list, other] of [
        ["a", a, b],
        ["b", b, a],
      ] as const) {
        expect(new Set(told(side)).size).toBe(told(side).length);
        for (const { file } of list)
          if (!told(side).includes(file.name))
            expect(other.map(({ file }) => file.name)).toContain(file.name);
      }
      for (const { a, b, sameBytes } of found) if (sameBytes) expect(a?.name).not.toBe(b?.name);
    }),
  );
});

test("all differences are counted, and the first thousand shown", () => {
  const map = (length: number, name: string) => Array.from({ length }, (_, index) => ({ index, name }));
  const { differences, ...counts } = countDifferences(compareLabels(map(2_000, "a"), map(3_000, "b")));
  expect(counts).toEqual({ addedCount: 1_000, removedCount: 0, changedCount: 2_000 });
  expect(differences).toHaveLength(1_000);
  expect(differences.at(-1)).toEqual({ index: 999, a: "a", b: "b" });
});
