import { expect, test } from "@jest/globals";
import { databaseUrl } from "./support/database.ts";
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
