import { beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { aRegistry, type Registry } from "./support/registry.ts";
import { aModel } from "./support/seed.ts";

const create = `mutation ($modelId: ID!, $input: CreateModelVersionInput!) {
  createModelVersion(modelId: $modelId, input: $input) {
    modelVersion {
      labelCount labels { index name } parameters { name type value }
      dockerImage { image tag digest flags environmentVariables { name value } }
    }
    userErrors { code field message }
  }
}`;

let registry: Registry;
let modelId: string;
let count = 0;

beforeAll(async () => {
  registry = await aRegistry();
  modelId = await aModel(registry);
});

async function form(input: object) {
  count += 1;
  const variables = { modelId, input: { name: `Version ${count}`, type: "POINT", ...input } };
  return (await registry.ask(create, variables)).createModelVersion;
}

async function refused(input: object) {
  const { modelVersion, userErrors } = await form(input);
  expect(modelVersion).toBeNull();
  return userErrors;
}

test("labels come back by index, whatever their order in the form; names may repeat", async () => {
  const labels = [
    { index: 2_147_483_647, name: "z" },
    { index: -2_147_483_648, name: " a " },
    { index: 0, name: "z" },
  ];
  const { modelVersion } = await form({ labels });
  expect(modelVersion).toMatchObject({
    labelCount: 3,
    labels: [
      { index: -2_147_483_648, name: "a" },
      { index: 0, name: "z" },
      { index: 2_147_483_647, name: "z" },
    ],
  });
});

test("an index that stands twice, and a bad name, are refused where they stand", async () => {
  const labels = [
    { index: 1, name: "a" },
    { index: 1, name: "b" },
    { index: 2, name: " " },
  ];
  expect(await refused({ labels })).toEqual([
    {
      code: "DUPLICATE",
      field: ["input", "labels", "1", "index"],
      message: "Expected every index once, got 1 again.",
    },
    { code: "INVALID", field: ["input", "labels", "2", "name"], message: "Expected a name, got blank text." },
  ]);
});

test("a map holds 25,000 labels, and no more", async () => {
  const labels = Array.from({ length: 25_000 }, (_, index) => ({ index, name: `class ${index}` }));
  count += 1;
  const few = `mutation ($modelId: ID!, $input: CreateModelVersionInput!) {
    createModelVersion(modelId: $modelId, input: $input) { modelVersion { labelCount labels(first: 1) { name } } } }`;
  const { createModelVersion } = await registry.ask(few, {
    modelId,
    input: { name: `Version ${count}`, type: "POINT", labels },
  });
  expect(createModelVersion.modelVersion).toEqual({ labelCount: 25_000, labels: [{ name: "class 0" }] });
  expect(await refused({ labels: [...labels, { index: -1, name: "x" }] })).toMatchObject([
    { code: "INVALID", field: ["input", "labels"], message: "Expected at most 25000 labels, got 25001." },
  ]);
});

test("a parameter takes its type from its value, or says it", async () => {
  const parameters = [
    { name: "epochs", value: 100 },
    { name: "lr0", value: 0.01 },
    { name: "momentum", value: 1, type: "FLOAT" },
    { name: "weights", value: "007" },
    { name: "amp", value: true },
    { name: "mosaic", value: null },
    { name: "anchors", value: [[10, 13], { "a b": [1.5] }] },
    { name: "big", value: 1e300, type: "FLOAT" },
    { name: "word", value: "5", type: "JSON" },
  ];
  const { modelVersion, userErrors } = await form({ parameters });
  expect(userErrors).toEqual([]);
  const types = ["INTEGER", "FLOAT", "FLOAT", "STRING", "BOOLEAN", "JSON", "JSON", "FLOAT", "JSON"];
  expect(modelVersion.parameters).toEqual(
    parameters.map(({ name, value }, index) => ({ name, value, type: types[index] })),
  );
});

const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);

test.each<[string, object, string]>([
  [
    "a rounded integer",
    { value: 2 ** 53 },
    "Expected a whole number of at most 2^53 - 1 (a FLOAT can be larger) for the type INTEGER, got 9007199254740992.",
  ],
  [
    "a fraction as INTEGER",
    { value: 1.5, type: "INTEGER" },
    "Expected a whole number of at most 2^53 - 1 (a FLOAT can be larger) for the type INTEGER, got 1.5.",
  ],
  ["text as FLOAT", { value: "1", type: "FLOAT" }, 'Expected a finite number for the type FLOAT, got "1".'],
  ["a number as STRING", { value: 7, type: "STRING" }, "Expected text for the type STRING, got 7."],
  [
    "a number as BOOLEAN",
    { value: 1, type: "BOOLEAN" },
    "Expected true or false for the type BOOLEAN, got 1.",
  ],
  [
    "a rounded integer inside JSON",
    { value: { a: [2 ** 60] } },
    'Expected JSON whose whole numbers are at most 2^53 - 1 for the type JSON, got {"a":[1152921504606847000]}.',
  ],
  ["a NUL", { value: "a\0b" }, "Expected well-formed Unicode without NUL characters."],
  [
    "a NUL in a property's name",
    { value: { "\0": 1 } },
    "Expected well-formed Unicode without NUL characters.",
  ],
  ["half a surrogate pair", { value: ["\ud800"] }, "Expected well-formed Unicode without NUL characters."],
  ["33 levels", { value: deep(33) }, "Expected at most 32 levels."],
  [
    "70,000 characters",
    { value: "x".repeat(70_000) },
    "Expected at most 65536 characters as JSON, got 70002.",
  ],
])("a parameter with %s is refused", async (_what, parameter, message) => {
  expect(await refused({ parameters: [{ name: "p", ...parameter }] })).toEqual([
    { code: "INVALID", field: ["input", "parameters", "0", "value"], message },
  ]);
});

test("text that looks like an escape is text, and 32 levels are deep enough", async () => {
  const parameters = [
    { name: "a", value: "\\u0000" },
    { name: "b", value: deep(32) },
  ];
  expect((await form({ parameters })).modelVersion.parameters).toMatchObject(parameters);
});

test("a parameter needs a value, and a flag some text", async () => {
  expect(await refused({ parameters: [{ name: "lr" }], dockerImage: { image: "a", flags: [" "] } })).toEqual([
    {
      code: "INVALID",
      field: ["input", "parameters", "0", "value"],
      message: "Expected a value, got none; null is one.",
    },
    {
      code: "INVALID",
      field: ["input", "dockerImage", "flags", "0"],
      message: "Expected text, got blank text.",
    },
  ]);
});

test("many long names that repeat are refused shortly", async () => {
  const parameters = Array(500).fill({ name: "x".repeat(3_000), value: 1 });
  const errors = await refused({ parameters });
  expect(errors).toHaveLength(100);
  expect(JSON.stringify(errors).length).toBeLessThan(50_000);
});

test("the parameters of a version take 1,000,000 characters in all", async () => {
  const parameters = Array.from({ length: 20 }, (_, index) => ({
    name: `p${index}`,
    value: "x".repeat(60_000),
  }));
  expect(await refused({ parameters })).toEqual([
    {
      code: "INVALID",
      field: ["input", "parameters"],
      message: "Expected at most 1000000 characters as JSON in all, got 1200040.",
    },
  ]);
});

test("an object keeps the order of its properties", async () => {
  const { modelVersion } = await form({
    parameters: [{ name: "size", value: { width: 1, height: 2, a: 3 } }],
  });
  expect(JSON.stringify(modelVersion.parameters[0].value)).toBe('{"width":1,"height":2,"a":3}');
});

test("a parameter's name stands once", async () => {
  expect(
    await refused({
      parameters: [
        { name: "lr", value: 1 },
        { name: " lr", value: 2 },
      ],
    }),
  ).toEqual([
    {
      code: "DUPLICATE",
      field: ["input", "parameters", "1", "name"],
      message: 'Expected every name once, got "lr" again.',
    },
  ]);
});

test("any JSON comes back as it went in", async () => {
  const json = fc
    .jsonValue({ maxDepth: 4, noUnicodeString: false })
    .filter((value) => !/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(value)));
  const safe = (value: unknown): boolean =>
    typeof value === "number"
      ? !Number.isInteger(value) || Number.isSafeInteger(value)
      : typeof value !== "object" || value === null || Object.values(value).every(safe);
  await fc.assert(
    fc.asyncProperty(json.filter(safe), async (value) => {
      const { modelVersion } = await form({ parameters: [{ name: "p", value }] });
      expect(modelVersion.parameters[0].value).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 60 },
  );
});

const digest = `sha256:${"ab".repeat(32)}`;

test.each<[string, object, object]>([
  ["a name alone", { image: "ubuntu" }, { image: "ubuntu", tag: null, digest: null }],
  ["a tag inside", { image: "acme/yolo:1.2" }, { image: "acme/yolo", tag: "1.2", digest: null }],
  ["a tag beside", { image: "acme/yolo", tag: "1.2" }, { image: "acme/yolo", tag: "1.2", digest: null }],
  [
    "the same tag twice",
    { image: "acme/yolo:1.2", tag: "1.2" },
    { image: "acme/yolo", tag: "1.2", digest: null },
  ],
  [
    "a registry with a port",
    { image: "localhost:5000/a/b_c/d-e:latest" },
    { image: "localhost:5000/a/b_c/d-e", tag: "latest", digest: null },
  ],
  ["a digest", { image: `ghcr.io/acme/yolo@${digest}` }, { image: "ghcr.io/acme/yolo", tag: null, digest }],
  ["all three", { image: "acme/yolo", tag: "v1", digest }, { image: "acme/yolo", tag: "v1", digest }],
])("a docker image with %s", async (_what, dockerImage, stored) => {
  expect((await form({ dockerImage })).modelVersion.dockerImage).toMatchObject(stored);
});

test.each<[string, object, string]>([
  ["blank", { image: " " }, "image"],
  ["capitals", { image: "Acme/YOLO" }, "image"],
  ["a capital in its owner", { image: "Acme/yolo" }, "image"],
  ["a URL", { image: "https://hub.example.com/acme/yolo" }, "image"],
  ["a space", { image: "acme/yolo latest" }, "image"],
  ["10,000 characters", { image: "a".repeat(10_000) }, "image"],
  ["two tags", { image: "acme/yolo:1.2", tag: "1.3" }, "tag"],
  ["a bad tag", { image: "acme/yolo", tag: "-x" }, "tag"],
  ["a tag of 129 characters", { image: "acme/yolo", tag: "x".repeat(129) }, "tag"],
  ["a short digest", { image: "acme/yolo", digest: "sha256:abcd" }, "digest"],
  ["two digests", { image: `acme/yolo@${digest}`, digest: digest.replace("a", "c") }, "digest"],
  ["201 flags", { image: "acme/yolo", flags: Array(201).fill("-x") }, "flags"],
])("a docker image with %s is refused", async (_what, dockerImage, field) => {
  expect(await refused({ dockerImage })).toEqual([
    { code: "INVALID", field: ["input", "dockerImage", field], message: expect.any(String) },
  ]);
});

test("environment variables have proper names, each once, and any value but a NUL", async () => {
  const environmentVariables = [
    { name: "A", value: "" },
    { name: "A", value: "2" },
    { name: "1B", value: "x" },
    { name: "C", value: "a\0" },
  ];
  expect(await refused({ dockerImage: { image: "acme/yolo", environmentVariables } })).toMatchObject([
    { code: "DUPLICATE", field: ["input", "dockerImage", "environmentVariables", "1", "name"] },
    { code: "INVALID", field: ["input", "dockerImage", "environmentVariables", "2", "name"] },
    { code: "INVALID", field: ["input", "dockerImage", "environmentVariables", "3", "value"] },
  ]);
});

test("null and omitted are the same in a new version", async () => {
  const nothing = { description: null, framework: null, labels: null, parameters: null, dockerImage: null };
  expect((await form(nothing)).modelVersion).toEqual((await form({})).modelVersion);
});
