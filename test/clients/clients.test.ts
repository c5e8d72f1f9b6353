import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { createClient } from "graphql-http";
import { aRegistry, type Registry } from "../support/registry.ts";
import { aModel } from "../support/seed.ts";
import { describeClients, run } from "./run.ts";

describeClients("a client works as it comes:", () => {
  test.each([
    ["apollo-client", { cachedById: true }],
    ["apollo-upload-client", { cachedById: true, uploaded: { filename: "best.onnx", size: 9 } }],
    ["urql", { methods: ["POST", "GET"] }],
    ["graphql-request", {}],
  ])("%s", async (client, more) => {
    expect(await answersOf(client, await aRegistry())).toEqual({
      created: "PPE Detection",
      refused: "TAKEN",
      found: "PPE Detection",
      invalid: "GRAPHQL_VALIDATION_FAILED",
      noToken: "UNAUTHENTICATED",
      ...more,
    });
  });
});

test("graphql-http's client works as it comes", async () => {
  const { url, token } = await aRegistry();
  const client = createClient({ url, headers: { authorization: `Bearer ${token}` } });
  const answer = await new Promise((next, error) =>
    client.subscribe({ query: "{ viewer { role } }" }, { next, error, complete() {} }),
  );
  expect(answer).toEqual({ data: { viewer: { role: "OWNER" } } });
});

test("curl works with POST and with GET", async () => {
  const registry = await aRegistry();
  await aModel(registry, { name: "PPE" });
  const query = "query ($by: ModelBy!) { model(by: $by) { name } }";
  const variables = { by: { name: "PPE" } };
  const curl = (...args: string[]) =>
    run("curl", ["-sS", registry.url, "-H", `Authorization: Bearer ${registry.token}`, ...args]);
  const answers = [
    await curl("--json", JSON.stringify({ query, variables })),
    await curl("-H", "Content-Type: application/json", "-d", JSON.stringify({ query, variables })),
    await curl(
      "-G",
      "--data-urlencode",
      `query=${query}`,
      "--data-urlencode",
      `variables=${JSON.stringify(variables)}`,
    ),
  ];
  expect(answers.map((answer) => JSON.parse(answer))).toEqual(
    Array(3).fill({ data: { model: { name: "PPE" } } }),
  );
});

async function answersOf(client: string, { url, token }: Registry): Promise<unknown> {
  const env = { ...process.env, REGISTRY_URL: url, API_TOKEN: token };
  return JSON.parse(await run(process.execPath, [join(import.meta.dirname, `${client}.mjs`)], { env }));
}
