import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { aRegistry } from "./support/registry.ts";
import { deleteVersion } from "./support/settings.ts";

const run = promisify(execFile);

async function aDemo() {
  const registry = await aRegistry();
  const env = { ...process.env, REGISTRY_URL: registry.url, REGISTRY_TOKEN: registry.token };
  return { registry, demo: () => run(process.execPath, ["--import", "tsx", "demo/demo.ts"], { env }) };
}

const ppe = `{ model(by: { name: "PPE Detection" }) { versions(orderBy: { field: VERSION, direction: ASC }) { nodes {
  id name version labelCount files { nodes { name format sizeCategory } } ancestors { name version }
  sourceExperiment { name metrics { name value best } datasetVersions { alias version } }
  experiments { nodes { name status base { version } artifacts { nodes { name inherited } } } }
} } } }`;

test("the demo fills a registry through its API, and running it again changes nothing", async () => {
  const { registry, demo } = await aDemo();
  const all = `{
    models(first: 100, orderBy: { field: NAME }) { nodes { name updatedAt versions(first: 20) { nodes { id name labelCount updatedAt } } } }
    experiments { nodes { id updatedAt } } datasetVersions { nodes { id updatedAt } }
  }`;
  expect((await demo()).stdout).toMatch(/PPE Detection/);
  const filled = await registry.ask(all);
  expect((await demo()).stdout).not.toMatch(/^ *created/m);
  expect(await registry.ask(all)).toEqual(filled);
});

test("the demo tells a whole cycle: a version, an experiment that starts from it, what that is exported as, and the next", async () => {
  const { registry, demo } = await aDemo();
  await demo();
  const [first, second] = (await registry.ask(ppe)).model.versions.nodes;
  const weights = { name: "weights", format: "SAFETENSORS", sizeCategory: "SMALL" };
  const inherited = { nodes: [{ name: "weights", inherited: true }] };
  expect(first).toMatchObject({
    ...{ version: 1, labelCount: 3, files: { nodes: [weights] }, ancestors: [], sourceExperiment: null },
    experiments: { nodes: [{ status: "SUCCESS", base: { version: 1 }, artifacts: inherited }] },
  });
  expect(second).toMatchObject({
    ...{ version: 2, labelCount: 9, files: { nodes: [weights] } },
    ancestors: [{ name: first.name, version: 1 }],
    sourceExperiment: {
      metrics: expect.arrayContaining([{ name: "val/mAP50", value: 0.814, best: 0.816 }]),
      datasetVersions: [
        { alias: "train", version: "2026-02-train" },
        { alias: "val", version: "2026-02-val" },
      ],
    },
    experiments: { nodes: [{ status: "WAITING", base: { version: 2 }, artifacts: inherited }] },
  });

  await registry.ask(deleteVersion, { id: second.id });
  await demo(); // goes on where the story breaks off
  expect((await registry.ask(ppe)).model.versions.nodes).toMatchObject([
    { version: 1 },
    { name: second.name, version: 3 },
  ]);
});

test("the demo says in one line what it lacks", async () => {
  const { url } = await aRegistry();
  const env = { PATH: process.env.PATH, REGISTRY_URL: url, REGISTRY_TOKEN: "nonsense" };
  await expect(run(process.execPath, ["--import", "tsx", "demo/demo.ts"], { env })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^[^\n]*The API token is malformed[^\n]*\n$/),
  });
});
