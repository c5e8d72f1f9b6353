import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { aRegistry } from "./support/registry.ts";

const run = promisify(execFile);

test("the demo fills a registry through its API, and running it again changes nothing", async () => {
  const registry = await aRegistry();
  const env = { ...process.env, REGISTRY_URL: registry.url, REGISTRY_TOKEN: registry.token };
  const demo = () => run(process.execPath, ["--import", "tsx", "demo/demo.ts"], { env });
  const all =
    "{ models(first: 100, orderBy: { field: NAME }) { nodes { name updatedAt versions(first: 50) { nodes { id name labelCount updatedAt } } } } }";

  const first = (await demo()).stdout;
  const filled = await registry.ask(all);
  expect(first).toMatch(/PPE Detection/);
  expect(
    filled.models.nodes.find(({ name }: { name: string }) => name === "PPE Detection").versions.nodes,
  ).toHaveLength(2);

  expect((await demo()).stdout).not.toMatch(/^ *created/m);
  expect(await registry.ask(all)).toEqual(filled);
});

test("the demo says in one line what it lacks", async () => {
  const { url } = await aRegistry();
  const env = { PATH: process.env.PATH, REGISTRY_URL: url, REGISTRY_TOKEN: "nonsense" };
  await expect(run(process.execPath, ["--import", "tsx", "demo/demo.ts"], { env })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^[^\n]*The API token is malformed[^\n]*\n$/),
  });
});
