import { createHash } from "node:crypto";
import { expect, test } from "@jest/globals";
import { createArtifact } from "./support/artifacts.ts";
import { databaseUrl } from "./support/database.ts";
import { upload } from "./support/multipart.ts";
import type { Registry } from "./support/registry.ts";
import { aDatasetVersion, aModel, anExperiment, aVersion, wholeForm } from "./support/seed.ts";
import { sender } from "./support/send.ts";
import { aDataDir, startServer, tokenOf } from "./support/server-process.ts";

test("200 concurrent creations on two servers give the numbers 1 to 200", async () => {
  const env = {
    DATABASE_URL: await databaseUrl(`concurrency_${process.env.TEST_RUN}`),
    DATA_DIR: aDataDir(),
  };
  const servers = [await startServer(env), await startServer(env)];
  const senders = servers.map(({ url }) => sender(url, tokenOf(env.DATA_DIR)));
  const [send] = senders;
  const model = await send?.('mutation { createModel(input: { name: "Race" }) { model { id } } }');
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      senders[index % 2]?.(
        `mutation ($id: ID!, $name: String!) {
          createModelVersion(modelId: $id, input: { name: $name, type: LINE, labels: [{ index: 0, name: "lane" }] }) {
            modelVersion { version labelCount } userErrors { message }
          }
        }`,
        { id: model?.body.data.createModel.model.id, name: `v${index}` },
      ),
    ),
  );
  expect(
    answers.filter((answer) => answer?.body.errors || answer?.body.data.createModelVersion.userErrors.length),
  ).toEqual([]);
  const numbers = answers.map((answer) => answer?.body.data.createModelVersion.modelVersion.version);
  expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  await Promise.all(servers.map((server) => server.end()));
});

test("100 concurrent exports on two servers give the numbers 1 to 100, each with its whole snapshot", async () => {
  const env = {
    DATABASE_URL: await databaseUrl(`exports_${process.env.TEST_RUN}`),
    DATA_DIR: aDataDir(),
  };
  const servers = [await startServer(env), await startServer(env)];
  const clients = servers.map(({ url }) => {
    const send = sender(url, tokenOf(env.DATA_DIR));
    return { ask: async (query: string, variables?: object) => (await send(query, variables)).body.data };
  });
  const [client = { ask: async () => null }] = clients;
  const base = await aVersion(client, await aModel(client), wholeForm);
  const registry = { url: String(servers[0]?.url), token: tokenOf(env.DATA_DIR) };
  await upload(registry, base, "config", { name: "config" });
  // No two experiments have anything in common but the base.
  const trainings = await Promise.all(
    ["a", "b", "c", "d", "e"].map((name) => aTraining(registry, client, base, name)),
  );
  const modelId = await aModel(client);
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      clients[index % 2]?.ask(
        `mutation ($id: ID!, $modelId: ID!, $name: String!) {
          exportExperiment(id: $id, modelId: $modelId, input: { name: $name, anyStatus: true }) {
            modelVersion {
              version framework labels { index name } parameters { name value } dockerImage { image }
              files { nodes { name status sha256 } }
              sourceExperiment {
                name parameters { name value } metrics { name value best }
                datasetVersions { alias labelCount labels { index name } }
              }
            }
            userErrors { message }
          }
        }`,
        { id: trainings[index % 5]?.id, modelId, name: `v${index}` },
      ),
    ),
  );
  const exported = answers.map((answer) => answer.exportExperiment);
  const numbers = exported.map(({ modelVersion }) => modelVersion.version);
  expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  for (const [index, payload] of exported.entries())
    expect(payload).toEqual({ modelVersion: trainings[index % 5]?.whole, userErrors: [] });
  await Promise.all(servers.map((server) => server.end()));
});

/** An experiment, and all of the version that it is to be exported as. */
async function aTraining(
  registry: Pick<Registry, "url" | "token">,
  client: Pick<Registry, "ask">,
  base: string,
  name: string,
) {
  const labels = Array.from({ length: 200 }, (_, index) => ({ index, name: `${name} ${index}` }));
  const train = await aDatasetVersion(client, { labels });
  const given = { name, parameters: [{ name: "epochs", value: name.charCodeAt(0) }] };
  const id = await anExperiment(client, { base, datasets: { train } }, given);
  await createArtifact(registry, id, `weights of ${name}`);
  const value = name.charCodeAt(0) / 1000;
  const log = `mutation ($id: ID!, $metrics: [MetricInput!]!) {
    logMetrics(id: $id, input: { metrics: $metrics }) { userErrors { message } }
  }`;
  await client.ask(log, { id, metrics: [{ name: "mAP50", value }] });
  const parameters = [...given.parameters, { name: "lr0", value: 0.01 }];
  const aFileOf = (name: string, bytes: string) => {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return { name, status: "READY", sha256 };
  };
  const files = [aFileOf("config", "config"), aFileOf("weights", `weights of ${name}`)];
  const whole = {
    ...{ version: expect.any(Number), framework: "PYTORCH", labels, parameters, files: { nodes: files } },
    dockerImage: { image: "docker.io/acme/yolox" },
    sourceExperiment: {
      ...{ name, parameters, metrics: [{ name: "mAP50", value, best: value }] },
      datasetVersions: [{ alias: "train", labelCount: 200, labels }],
    },
  };
  return { id, whole };
}
