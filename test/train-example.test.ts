import { beforeAll, expect } from "@jest/globals";
import { addition, sendForm } from "./support/multipart.ts";
import { startPython, withPython } from "./support/python-client.ts";
import { aDatasetVersion, aModel, anExperiment, aVersion } from "./support/seed.ts";
import { sender } from "./support/send.ts";
import { aDataDir, type ServerProcess, startServer, tokenOf } from "./support/server-process.ts";

const env = { DATA_DIR: aDataDir() };
let server: ServerProcess;
let token: string;

beforeAll(async () => {
  server = await startServer(env, ["--embedded"]);
  token = tokenOf(env.DATA_DIR);
});

async function ask(document: string, variables?: object) {
  const { body } = await sender(server.url, token)(document, variables);
  if (body.errors) throw new Error(JSON.stringify(body.errors));
  return body.data;
}

function train(experiment: string, modelId: string, name: string) {
  const args = ["examples/train.py", experiment, "--model", modelId, "--name", name];
  return startPython(args, { REGISTRY_URL: server.url, REGISTRY_TOKEN: token }).ended;
}

/** A version that has weights and a configuration, and an experiment that starts from it. */
async function aBase(parameters: object[], bytes = JSON.stringify({ w: [1, -1], bias: 0 })) {
  const modelId = await aModel({ ask });
  const base = await aVersion({ ask }, modelId, { name: "base", parameters });
  for (const [name, content] of Object.entries({ weights: bytes, config: "{}" })) {
    const form = addition(base, { name });
    const { body } = await sendForm({ url: server.url, token }, form, [{ bytes: content }]);
    expect(body.data.createModelFile.userErrors).toEqual([]);
  }
  const datasets = { train: await aDatasetVersion({ ask }, { url: "https://data.example.com/train" }) };
  return { modelId, id: await anExperiment({ ask }, { base, datasets }, {}) };
}

const read = `query ($id: ID!) { experiment(by: { id: $id }) {
  status exportedAt metrics { name goal pointCount last { step } } artifacts { nodes { name filename inherited } }
} }`;

withPython(
  "the example trains, uploads its weights, and exports a version that tells all of it; again, it finds it done",
  async () => {
    const { modelId, id } = await aBase([
      { name: "epochs", value: 5 },
      { name: "lr0", value: 0.3 },
    ]);
    const { code, result, complaint } = await train(id, modelId, "trained");
    expect([code, complaint]).toEqual([0, expect.stringContaining("epoch 4")]);
    expect(complaint).toContain('warning: "config" still has the bytes of a file of the base.');
    const metric = (name: string, goal: string) => ({ name, goal, pointCount: 5, last: { step: 4 } });
    expect((await ask(read, { id })).experiment).toEqual({
      ...{ status: "SUCCESS", exportedAt: expect.any(String) },
      metrics: [metric("accuracy", "MAXIMIZE"), metric("loss", "MINIMIZE")],
      artifacts: {
        nodes: [
          { name: "config", filename: expect.any(String), inherited: true },
          { name: "weights", filename: "trained.json", inherited: false },
        ],
      },
    });
    const { modelVersion } = await ask(
      `query ($id: ID!) { modelVersion(by: { id: $id }) {
      name version ancestors { name } file(name: "weights") { status format downloadUrl }
      sourceExperiment { parameters { name value } metrics { name value best } datasetVersions { alias } }
    } }`,
      { id: result },
    );
    expect(modelVersion).toMatchObject({
      ...{
        name: "trained",
        version: 2,
        ancestors: [{ name: "base" }],
        file: { status: "READY", format: "JSON" },
      },
      sourceExperiment: {
        parameters: [
          { name: "epochs", value: 5 },
          { name: "lr0", value: 0.3 },
        ],
        datasetVersions: [{ alias: "train" }],
      },
    });
    const [accuracy] = modelVersion.sourceExperiment.metrics;
    expect(accuracy.best).toBeGreaterThan(0.8);
    const trained = (await (await fetch(modelVersion.file.downloadUrl)).json()) as { w: [number, number] };
    expect(trained.w[1]).toBeGreaterThan(0); // it began with -1

    expect(await train(id, modelId, "trained")).toMatchObject({ code: 0, result });
  },
);

withPython("a training that fails says so to the registry", async () => {
  const { modelId, id } = await aBase([{ name: "epochs", value: "many" }]);
  const { code, complaint } = await train(id, modelId, "trained");
  expect([code, complaint]).toEqual([1, expect.stringContaining("TypeError")]);
  expect((await ask(read, { id })).experiment).toMatchObject({ status: "FAILED", exportedAt: null });
  expect(await train(id, modelId, "trained")).toMatchObject({
    code: 3,
    complaint: expect.stringMatching(/^train: Expected what comes after FAILED/m),
  });
});

withPython("weights of another network are no reason to give up", async () => {
  const { modelId, id } = await aBase([{ name: "epochs", value: 2 }], "\u0080 not JSON");
  expect(await train(id, modelId, "trained")).toMatchObject({
    code: 0,
    complaint: expect.stringContaining("epoch 1"),
  });
});
