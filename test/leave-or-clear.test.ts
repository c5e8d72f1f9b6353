import { expect, test } from "@jest/globals";
import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from "graphql";
import { buildApiSchema } from "../src/schema.ts";
import { sendForm } from "./support/multipart.ts";
import { aServiceUser, aStorageConnector } from "./support/people.ts";
import { aRegistry, type Registry } from "./support/registry.ts";
import { aDataset, aDatasetVersion, aModel, anExperiment, aVersion, wholeForm } from "./support/seed.ts";

/** One object that can be edited, with every field of it set. */
interface Edited {
  /** Sends the input, and gives the fields of what is refused. */
  edit(input: object): Promise<(string[] | null)[]>;
  /** The fields, as they are read. */
  read(): Promise<{ [field: string]: unknown }>;
}

const mutation = (name: string, type: string) =>
  `mutation ($id: ID!, $input: ${type}!) { ${name}(id: $id, input: $input) { userErrors { field } } }`;

async function send(registry: Registry, query: string, variables: object): Promise<(string[] | null)[]> {
  const [payload] = Object.values<{ userErrors: { field: string[] | null }[] }>(
    await registry.ask(query, variables),
  );
  return payload?.userErrors.map(({ field }) => field) ?? [];
}

function digest(digit: string): string {
  return `sha256:${digit.repeat(64)}`;
}

async function aWholeVersion(registry: Registry): Promise<string> {
  return aVersion(registry, await aModel(registry), wholeForm);
}

async function versionFields(registry: Registry, id: string, fields: string) {
  return (await registry.ask(`query ($id: ID!) { modelVersion(by: { id: $id }) { ${fields} } }`, { id }))
    .modelVersion;
}

/** How the inputs of edits are used, by their name. */
const editors: { [input: string]: (registry: Registry) => Promise<Edited> } = {
  async UpdateModelInput(registry) {
    const id = await aModel(registry, { name: "Name", description: "Description" });
    const query = "query ($id: ID!) { model(by: { id: $id }) { name description } }";
    return {
      edit: (input) => send(registry, mutation("updateModel", "UpdateModelInput"), { id, input }),
      read: async () => (await registry.ask(query, { id })).model,
    };
  },
  async UpdateModelVersionInput(registry) {
    const id = await aWholeVersion(registry);
    return {
      edit: (input) =>
        send(registry, mutation("updateModelVersion", "UpdateModelVersionInput"), { id, input }),
      read: () => versionFields(registry, id, "name description type framework"),
    };
  },
  async LabelModification(registry) {
    const id = await aWholeVersion(registry);
    const query = mutation("updateLabelMap", "UpdateLabelMapInput");
    return {
      edit: (input) =>
        send(registry, query, { id, input: { operations: [{ modify: { index: 0, ...input } }] } }),
      read: async () => {
        const [label] = (await versionFields(registry, id, "labels { index name }")).labels;
        return { newIndex: label.index, newName: label.name };
      },
    };
  },
  async ParameterModification(registry) {
    const id = await aWholeVersion(registry);
    const query = mutation("updateParameters", "UpdateParametersInput");
    return {
      edit: (input) =>
        send(registry, query, { id, input: { operations: [{ modify: { name: "lr0", ...input } }] } }),
      read: async () => {
        const [, lr0] = (await versionFields(registry, id, "parameters { name type value }")).parameters;
        return { newName: lr0.name, type: lr0.type, value: lr0.value };
      },
    };
  },
  async UpdateDockerImageInput(registry) {
    const dockerImage = { ...wholeForm.dockerImage, image: `docker.io/acme/yolox:1.2.0@${digest("a")}` };
    const id = await aVersion(registry, await aModel(registry), { dockerImage });
    const query = mutation("updateDockerImage", "UpdateDockerImageInput");
    const pinned = (input: object) => ("image" in input || "tag" in input) && { digest: digest("a") };
    return {
      // Another repository or tag says which digest it means.
      edit: (input) => send(registry, query, { id, input: { ...pinned(input), ...input } }),
      read: async () =>
        (
          await versionFields(
            registry,
            id,
            "dockerImage { image tag digest flags environmentVariables { name value } }",
          )
        ).dockerImage,
    };
  },
  async UpdateDatasetInput(registry) {
    const id = await aDataset(registry, { name: "Name", description: "Description" });
    const query = "query ($id: ID!) { dataset(by: { id: $id }) { name description } }";
    return {
      edit: (input) => send(registry, mutation("updateDataset", "UpdateDatasetInput"), { id, input }),
      read: async () => (await registry.ask(query, { id })).dataset,
    };
  },
  async UpdateDatasetVersionInput(registry) {
    const url = "https://data.example.com/ppe/1";
    const labels = [{ index: 0, name: "helmet" }];
    const id = await aDatasetVersion(registry, { name: "Name", type: "LINE", url, labels });
    const query = `query ($id: ID!) {
      datasetVersion(by: { id: $id }) { name type url labels { index name } revision }
    }`;
    const read = async () => (await registry.ask(query, { id })).datasetVersion;
    const edit = `mutation ($id: ID!, $input: UpdateDatasetVersionInput!, $expectedRevision: Int) {
      updateDatasetVersion(id: $id, input: $input, expectedRevision: $expectedRevision) { userErrors { field } }
    }`;
    return {
      edit: async (input) => send(registry, edit, { id, input, expectedRevision: (await read()).revision }),
      read: async () => ({ ...(await read()), revision: undefined }),
    };
  },
  async UpdateExperimentInput(registry) {
    const url = "https://lab.example.com/experiments/3";
    const all = { name: "Name", description: "Description", projectName: "Project", url, type: "LINE" };
    const id = await anExperiment(registry, {}, all);
    const query = "query ($id: ID!) { experiment(by: { id: $id }) { name description projectName url } }";
    return {
      edit: (input) => send(registry, mutation("updateExperiment", "UpdateExperimentInput"), { id, input }),
      read: async () => (await registry.ask(query, { id })).experiment,
    };
  },
  async UpdateUserInput(registry) {
    const { memberId: id } = await aServiceUser(registry);
    const query = mutation("updateServiceUser", "UpdateUserInput");
    const find = "query ($id: ID!) { node(id: $id) { ... on Member { user { name pictureUrl } } } }";
    const edit = (input: object) => send(registry, query, { id, input });
    await edit({ pictureUrl: "https://pictures.example.com/robot.png" });
    return { edit, read: async () => (await registry.ask(find, { id })).node.user };
  },
  async UpdateStorageConnectorInput(registry) {
    const id = await aStorageConnector(registry, "http://127.0.0.1:9"); // where the environment's credentials are lent
    const query = mutation("updateStorageConnector", "UpdateStorageConnectorInput");
    const find = "query ($id: ID!) { node(id: $id) { ... on StorageConnector { name s3 { accessKeyId } } } }";
    const read = async () => {
      const { name, s3 } = (await registry.ask(find, { id })).node;
      // The secret is never shown: it is taken to be the one that goes with the id.
      return { name, credentials: keys.find(({ accessKeyId }) => accessKeyId === s3.accessKeyId) ?? null };
    };
    return { edit: (input) => send(registry, query, { id, input }), read };
  },
  async UpdateOrganizationInput(registry) {
    const query = `mutation ($input: UpdateOrganizationInput!) {
      updateOrganization(input: $input) { userErrors { field } }
    }`;
    return {
      edit: (input) => send(registry, query, { input }),
      read: async () => (await registry.ask("{ viewer { organization { name } } }")).viewer.organization,
    };
  },
};

const keys = [
  { accessKeyId: "stand-in", secretAccessKey: "a-secret-of-the-stand-in" },
  { accessKeyId: "other", secretAccessKey: "another-secret" },
];

const refused = Symbol("null is refused");

/** Each field: what it can be set to, and what null makes of it. */
const table: { [input: string]: { [field: string]: { to: unknown; cleared: unknown } } } = {
  UpdateModelInput: {
    name: { to: "Other", cleared: refused },
    description: { to: "Other", cleared: null },
  },
  UpdateModelVersionInput: {
    name: { to: "Other", cleared: refused },
    description: { to: "Other", cleared: null },
    type: { to: "LINE", cleared: refused },
    framework: { to: "ONNX", cleared: null },
  },
  LabelModification: {
    newIndex: { to: -1, cleared: refused },
    newName: { to: "other", cleared: refused },
  },
  ParameterModification: {
    newName: { to: "other", cleared: refused },
    value: { to: 0.5, cleared: null }, // a value of the type JSON
    type: { to: "JSON", cleared: "FLOAT" }, // taken from the value
  },
  UpdateDockerImageInput: {
    image: { to: "docker.io/acme/other", cleared: refused },
    tag: { to: "1.3.0", cleared: null },
    digest: { to: digest("b"), cleared: null },
    flags: { to: ["--ipc=host"], cleared: [] },
    environmentVariables: { to: [{ name: "SEED", value: "7" }], cleared: [] },
  },
  UpdateDatasetInput: {
    name: { to: "Other", cleared: refused },
    description: { to: "Other", cleared: null },
  },
  UpdateDatasetVersionInput: {
    name: { to: "Other", cleared: refused },
    type: { to: "POINT", cleared: null },
    url: { to: "https://data.example.com/ppe/2", cleared: null },
    labels: { to: [{ index: 1, name: "vest" }], cleared: [] },
  },
  UpdateExperimentInput: {
    name: { to: "Other", cleared: refused },
    description: { to: "Other", cleared: null },
    projectName: { to: "Other", cleared: null },
    url: { to: "https://lab.example.com/experiments/4", cleared: null },
  },
  UpdateUserInput: {
    name: { to: "Other", cleared: refused },
    pictureUrl: { to: "https://pictures.example.com/other.png", cleared: null },
  },
  UpdateStorageConnectorInput: {
    name: { to: "Other", cleared: refused },
    credentials: { to: keys[1], cleared: null },
  },
  UpdateOrganizationInput: { name: { to: "Other", cleared: refused } },
};

/** The fields that an edit can leave out, from the schema: of inputs of `update…`, and of those that modify a part. */
function optionalFields(): { [input: string]: string[] } {
  const inputs = Object.values(buildApiSchema().getTypeMap()).filter(isInputObjectType);
  const edits = inputs.filter(
    ({ name, isOneOf }) => !isOneOf && (/^Update.*Input$/.test(name) || name.endsWith("Modification")),
  );
  return Object.fromEntries(
    edits.map((type) => [
      type.name,
      Object.values(type.getFields())
        .filter((field) => !isNonNullType(field.type))
        .map(({ name }) => name)
        .sort(),
    ]),
  );
}

test("the table has every field of every edit", () => {
  const rows = Object.entries(table).map(([input, fields]) => [input, Object.keys(fields).sort()]);
  expect(Object.fromEntries(rows)).toEqual(optionalFields());
});

const rows = Object.entries(table).flatMap(([input, fields]) =>
  Object.entries(fields).map(([field, { to, cleared }]) => ({ input, field, to, cleared })),
);

test.each(rows)(
  "$input, $field: omitted leaves, null clears or is refused",
  async ({ input, field, to, cleared }) => {
    const anEdited = editors[input];
    if (!anEdited) throw new Error(`There is no editor for ${input}.`);
    const { edit, read } = await anEdited(await aRegistry());
    const before = await read();
    expect(before[field]).not.toBeNull();

    const others = Object.entries(table[input] ?? {}).filter(
      ([name]) => name !== field && name !== "newIndex",
    );
    for (const [name, other] of [["", undefined], ...others] as [string, { to: unknown } | undefined][]) {
      if (input.endsWith("Modification") && name === "newName") continue; // the next step would not find it
      expect(await edit(other ? { [name]: other.to } : {})).toEqual([]);
      // A value whose type was changed is the same value.
      expect((await read())[field]).toEqual(field === "type" && name === "value" ? "FLOAT" : before[field]);
      expect(await edit(other ? { [name]: before[name] } : {})).toEqual([]);
    }

    const problems = await edit({ [field]: null });
    if (cleared === refused) {
      expect(problems.map((path) => path?.at(-1))).toEqual([field]);
      expect(await read()).toEqual(before);
    } else {
      expect(problems).toEqual([]);
      expect((await read())[field]).toEqual(cleared);
    }
    expect(await edit({ [field]: to })).toEqual([]);
    expect((await read())[field]).toEqual(to);
  },
);

const mutations = Object.values(buildApiSchema().getMutationType()?.getFields() ?? {}).filter(({ args }) =>
  args.some(({ name }) => name === "input"),
);

/** The fields that an input cannot do without. */
function required(input: unknown): object {
  const type = getNamedType(input as Parameters<typeof getNamedType>[0]);
  if (!isInputObjectType(type)) return {};
  const fields = Object.values(type.getFields()).filter(isRequiredInputField);
  return Object.fromEntries(
    fields.map((field) => {
      const of = getNamedType(field.type);
      if (isListType(getNullableType(field.type))) return [field.name, []];
      if (of.name === "Upload") return [field.name, null];
      if (of.name === "ByteSize") return [field.name, 1];
      return [field.name, isEnumType(of) ? of.getValues()[0]?.name : "x"];
    }),
  );
}

test.each(mutations)("$name refuses what nobody may set", async ({ name, args }) => {
  const registry = await aRegistry();
  const type = args.find((arg) => arg.name === "input")?.type;
  const others = args.filter(
    (arg) => isNonNullType(arg.type) && arg.name !== "input" && arg.defaultValue === undefined,
  );
  const given = others.map((arg) => `${arg.name}: "x"`).join(", ");
  for (const field of ["id", "version", "createdAt", "updatedAt", "createdBy", "organization", "revision"]) {
    const query = `mutation ($input: ${type}) { ${name}(${given && `${given}, `}input: $input) { userErrors { code } } }`;
    const variables = { input: { ...required(type), [field]: "x" } };
    const { status, body } =
      "file" in variables.input
        ? await sendForm(
            registry,
            { operations: { query, variables }, map: { 0: ["variables.input.file"] } },
            [{ bytes: "a" }],
          )
        : await registry.send(query, variables);
    expect([field, status, body.errors?.[0]?.extensions.code]).toEqual([field, 400, "BAD_USER_INPUT"]);
    expect(JSON.stringify(body.errors)).toContain(`Field \\"${field}\\" is not defined by type`);
  }
});
