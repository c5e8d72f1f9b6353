import { expect, test } from "@jest/globals";
import { databaseUrl } from "./support/database.ts";
import { upload } from "./support/multipart.ts";
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
  const labels = Array.from({ length: 200 }, (_, index) => ({ index, name: `class ${index}` }));
  const base = await aVersion(client, await aModel(client), wholeForm);
  const registry = { url: String(servers[0]?.url), token: tokenOf(env.DATA_DIR) };
  for (const name of ["config", "weights"]) await upload(registry, base, name, { name });
  const train = await aDatasetVersion(client, { labels });
  const experiments: string[] = [];
  for (const name of ["a", "b", "c", "d", "e"])
    experiments.push(await anExperiment(client, { base, datasets: { train } }, { name }));
  const modelId = await aModel(client);
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      clients[index % 2]?.ask(
        `mutation ($id: ID!, $modelId: ID!, $name: String!) {
          exportExperiment(id: $id, modelId: $modelId, input: { name: $name, anyStatus: true }) {
            modelVersion {
              version labelCount parameters { name } dockerImage { image } files { nodes { name status } }
              sourceExperiment { parameters { name } datasetVersions { alias labelCount labels { index } } }
            }
            userErrors { message }
          }
        }`,
        { id: experiments[index % 5], modelId, name: `v${index}` },
      ),
    ),
  );
  const exported = answers.map((answer) => answer.exportExperiment);
  const numbers = exported.map(({ modelVersion }) => modelVersion.version);
  expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  const parameters = [{ name: "epochs" }, { name: "lr0" }];
  const indexes = labels.map(({ index }) => ({ index }));
  const files = { nodes: ["config", "weights"].map((name) => ({ name, status: "READY" })) };
  for (const { modelVersion, userErrors } of exported)
    expect({ ...modelVersion, version: 0, userErrors }).toEqual({
      ...{ version: 0, labelCount: 200, parameters, files, dockerImage: { image: "docker.io/acme/yolox" } },
      sourceExperiment: {
        parameters,
        datasetVersions: [{ alias: "train", labelCount: 200, labels: indexes }],
      },
      userErrors: [],
    });
  await Promise.all(servers.map((server) => server.end()));
});
