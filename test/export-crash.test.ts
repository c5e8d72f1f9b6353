import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { DataSource } from "typeorm";
import { createDataSource } from "../src/data-source.ts";
import { createArtifact } from "./support/artifacts.ts";
import { CuttingWire } from "./support/cutting-wire.ts";
import { databaseUrl } from "./support/database.ts";
import { aStoredFile } from "./support/files.ts";
import { aRegistry, type Registry } from "./support/registry.ts";
import { aDatasetVersion, aModel, anExperiment, aVersion, wholeForm } from "./support/seed.ts";
import { sender } from "./support/send.ts";
import { aServer } from "./support/test-server.ts";

let registry: Registry;
let experiment: string;
let wire: CuttingWire;
let db: DataSource;
let url: string;

beforeAll(async () => {
  registry = await aRegistry();
  const base = await aVersion(registry, await aModel(registry), wholeForm);
  await aStoredFile(registry, base, Buffer.from("base"), { name: "config" });
  const train = await aDatasetVersion(registry, { labels: [{ index: 0, name: "helmet" }] });
  experiment = await anExperiment(registry, { base, datasets: { train } }, {});
  await createArtifact(registry, experiment, "trained", { name: "weights" });
  const log = `mutation ($id: ID!) {
    logMetrics(id: $id, input: { metrics: [{ name: "a", value: 1 }] }) { userErrors { code } }
  }`;
  await registry.ask(log, { id: experiment });

  const target = new URL(await databaseUrl());
  wire = new CuttingWire(new URL(target));
  target.port = String(await wire.open());
  db = await createDataSource(target.href).initialize();
  url = `${(await aServer(db)).address}/graphql`;
});

afterAll(async () => {
  await db.destroy();
  wire.close();
});

/** The models that have a name, each with how many rows there are of everything that an export writes. */
async function written(name: string): Promise<unknown[]> {
  const parts = ["label", "parameter", "docker_image", "model_file", "source_experiment", "source_parameter"];
  parts.push("source_metric", "source_dataset_version", "source_label");
  const counts = parts.map(
    (part) => `(select count(*)::int from ${part} where model_version_id = v.id) as ${part}`,
  );
  return registry.db.query(
    `select v.version, v.deployable, ${counts.join(", ")}
     from model m left join model_version v on v.model_id = m.id where m.name = $1 and m.organization_id = $2`,
    [name, registry.organizationId],
  );
}

const whole = [
  {
    ...{ version: 1, deployable: true, label: 1, parameter: 2, docker_image: 1, model_file: 2 },
    ...{
      source_experiment: 1,
      source_parameter: 2,
      source_metric: 1,
      source_dataset_version: 1,
      source_label: 1,
    },
  },
];

const exportAs = (name: string) =>
  sender(url, registry.token)(
    `mutation ($id: ID!, $name: String!) {
      exportExperiment(id: $id, input: { name: "v", model: { name: $name }, anyStatus: true }, idempotencyKey: $name) {
        modelVersion { version files { nodes { name } } } userErrors { code }
      }
    }`,
    { id: experiment, name },
  );

test("an export that breaks off after any statement leaves a whole version or nothing, and its retry gives the same one", async () => {
  const left: unknown[][] = [];
  let broken = true;
  for (let statements = 0; broken; statements += 1) {
    const name = `Exported ${statements}`;
    wire.cutAfter(statements);
    const { status } = await exportAs(name);
    broken = wire.mend();
    expect(broken ? [503, 200] : [200]).toContain(status);
    left.push(await written(name));
    expect(status === 200 ? [whole] : [[], whole]).toContainEqual(left.at(-1));

    const { body } = await exportAs(name);
    expect(body.data.exportExperiment).toEqual({
      modelVersion: { version: 1, files: { nodes: [{ name: "config" }, { name: "weights" }] } },
      userErrors: [],
    });
    expect(await written(name)).toEqual(whole);
  }
  // It has broken off in the middle, and after the commit.
  expect(left.filter((models) => models.length === 0).length).toBeGreaterThan(15);
  expect(left.filter((models) => models.length > 0).length).toBeGreaterThan(1);
  const [{ blobs }] = await registry.db.query(
    "select count(*)::int as blobs from blob where organization_id = $1",
    [registry.organizationId],
  );
  expect(blobs).toBe(2);
});
