import { copyFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { describeClients, packages, run } from "./run.ts";

const bin = (program: string) => join(packages, ".bin", program);
const tsc = join(import.meta.dirname, "../../node_modules/.bin/tsc");
let folder = "";

afterEach(() => rm(folder, { recursive: true, force: true }));

describeClients("a compiler accepts the schema:", () => {
  test("relay-compiler, with pages and a new node in a list", async () => {
    await aProject({
      "relay.config.json": JSON.stringify({ src: "src", schema: "schema.graphql", language: "typescript" }),
      "src/Models.js": relaySource,
    });
    await run(bin("relay-compiler"), [], { cwd: folder });
    expect((await readdir(join(folder, "src/__generated__"))).sort()).toEqual([
      "ModelsMutation.graphql.ts",
      "ModelsPageQuery.graphql.ts",
      "ModelsQuery.graphql.ts",
      "Models_model.graphql.ts",
    ]);
  });

  test("GraphQL Code Generator's client preset, and exactly one key of a @oneOf input is a type", async () => {
    await aProject({
      "codegen.json": JSON.stringify({
        schema: "schema.graphql",
        documents: "src/*.ts",
        generates: { "src/gql/": { preset: "client", config: { scalars: { DateTime: "string" } } } },
      }),
      "tsconfig.json": tsconfig(),
      "src/models.ts": codegenSource,
    });
    await run(bin("graphql-codegen"), ["--config", "codegen.json"], { cwd: folder });
    await run(tsc, ["-p", folder]);
  });

  test("gql.tada, whose types TypeScript 7 checks", async () => {
    const plugin = { name: "gql.tada/ts-plugin", schema: "schema.graphql", tadaOutputLocation: "tada.d.ts" };
    await aProject({ "tsconfig.json": tsconfig([plugin]), "src/models.ts": tadaSource });
    await run(bin("gql.tada"), ["generate-output"], { cwd: folder });
    await run(tsc, ["-p", folder]);
  });
});

/** A project of somebody who uses the registry, in a folder of its own. */
async function aProject(files: Record<string, string>): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), "model-registry-client-"));
  await symlink(packages, join(folder, "node_modules"));
  await copyFile("schema.graphql", join(folder, "schema.graphql"));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

function tsconfig(plugins: object[] = []): string {
  return JSON.stringify({
    compilerOptions: {
      target: "es2023",
      module: "esnext",
      moduleResolution: "bundler",
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: [],
      plugins,
    },
  });
}

const relaySource = `
  import { graphql } from "react-relay";
  graphql\`query ModelsQuery($by: ModelBy!) { model(by: $by) { ...Models_model } }\`;
  graphql\`
    fragment Models_model on Model
    @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" })
    @refetchable(queryName: "ModelsPageQuery") {
      name
      versions(first: $count, after: $cursor) @connection(key: "Models_versions") {
        edges { node { name files(first: 1) { nodes { size } } } }
        totalCount
      }
    }\`;
  graphql\`mutation ModelsMutation($input: CreateModelInput!, $lists: [ID!]!) {
    createModel(input: $input) {
      model @prependNode(connections: $lists, edgeTypeName: "ModelEdge") { id name }
      userErrors { message }
    }
  }\`;
`;

const codegenSource = `
  import { graphql } from "./gql";
  import type { FindModelQuery, FindModelQueryVariables } from "./gql/graphql";
  graphql(\`query FindModel($by: ModelBy!) { model(by: $by) { createdAt latestVersion { type } } }\`);
  export const variables: FindModelQueryVariables = { by: { name: "PPE" } };
  // @ts-expect-error both keys
  export const both: FindModelQueryVariables = { by: { name: "PPE", id: "1" } };
  export const createdAt = ({ model }: FindModelQuery): string | undefined => model?.createdAt;
  // @ts-expect-error the field does not exist
  export const nothing = ({ model }: FindModelQuery) => model?.nothing;
`;

const tadaSource = `
  import { initGraphQLTada, type ResultOf, type VariablesOf } from "gql.tada";
  import type { introspection } from "../tada";
  const graphql = initGraphQLTada<{ introspection: introspection; scalars: { DateTime: string } }>();
  const find = graphql("query ($by: ModelBy!) { model(by: $by) { createdAt latestVersion { type } } }");
  export const variables: VariablesOf<typeof find> = { by: { name: "PPE" } };
  // @ts-expect-error neither key
  export const neither: VariablesOf<typeof find> = { by: {} };
  export const createdAt = ({ model }: ResultOf<typeof find>): string | undefined => model?.createdAt;
  // @ts-expect-error the field does not exist
  export const nothing = ({ model }: ResultOf<typeof find>) => model?.nothing;
`;
