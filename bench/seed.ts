import pg from "pg";
import { apiTokenSecret, newSecret } from "../src/api-token/secret.ts";
import { createDataSource } from "../src/data-source.ts";
import type { Size } from "./rows.ts";

/** Makes the tables and fills them. @returns the token of a member who may edit. */
export async function seed(url: string, { models, versions, filled }: Size): Promise<string> {
  const db = await createDataSource(url).initialize();
  await db.runMigrations();
  await db.destroy();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const token = newSecret(apiTokenSecret);
  for (const statement of [people, ...versionsOf(models, versions), ...parts(filled), "vacuum analyze"])
    await client.query(statement);
  await client.query(
    `insert into api_token (id, organization_id, user_id, created_by_id, name, prefix, digest, role)
     select gen_random_uuid(), organization_id, user_id, user_id, 'bench', $1, $2, 'EDITOR' from member where role = 'OWNER'`,
    [token.prefix, token.digest],
  );
  await client.end();
  return token.text;
}

const id = (n: string) => `lpad(to_hex(${n}), 32, '0')::uuid`;
const user = (n: string) => id(`1 + ${n} % 50`);
const moment = (n: string) => `timestamptz '2026-01-01' + ${n} * interval '61 s'`;

const people = `
  insert into organization (id, name) values (${id("1")}, 'Acme Vision');
  insert into user_account (id, name, email, picture_url)
  select ${id("n")}, 'Person ' || n, 'person' || n || '@example.com', 'https://pictures.example.com/' || n || '.png'
  from generate_series(1, 50) n;
  insert into member (id, organization_id, user_id, email, role)
  select ${id("n")}, ${id("1")}, ${id("n")}, 'person' || n || '@example.com', case n when 1 then 'OWNER' else 'EDITOR' end
  from generate_series(1, 50) n`;

function versionsOf(models: number, versions: number): string[] {
  return [
    `insert into model (id, organization_id, name, description, last_version, created_by_id, created_at, updated_at)
     select ${id("n")}, ${id("1")}, 'Model ' || n, 'Finds what model ' || n || ' is made for.', ${versions}, ${user("n")},
       ${moment("n")}, ${moment("n")}
     from generate_series(1, ${models}) n`,
    `insert into model_version
       (id, organization_id, model_id, name, description, version, type, framework, created_by_id, created_at, updated_at)
     select ${id("n")}, ${id("1")}, ${id(`1 + (n - 1) / ${versions}`)}, 'Version ' || n, 'Trained on more pictures, run ' || n || '.',
       1 + (n - 1) % ${versions},
       (array['CLASSIFICATION', 'OBJECT_DETECTION', 'SEGMENTATION', 'POINT', 'LINE'])[1 + n % 5],
       (array['TENSORFLOW', 'PYTORCH', 'ONNX', null])[1 + n % 4], ${user("n")}, ${moment("n")}, ${moment("n")}
     from generate_series(1, ${models * versions}) n`,
  ];
}

function parts(filled: number): string[] {
  const each = (parts: number) =>
    `generate_series(1, ${filled}) v cross join generate_series(1, ${parts}) p, lateral (select (v - 1) * ${parts} + p as n) n`;
  return [
    `insert into label (model_version_id, index, name) select ${id("v")}, p - 1, 'class ' || p from ${each(20)}`,
    `insert into parameter (model_version_id, name, type, value, position)
     select ${id("v")}, 'parameter ' || lpad(p::text, 2, '0'), 'INTEGER', to_json(v + p), p - 1 from ${each(10)}`,
    `insert into docker_image (model_version_id, image, tag, flags, environment_variables)
     select ${id("v")}, 'docker.io/acme/yolox', '1.' || v, array['--gpus=all', '--ipc=host'],
       jsonb_build_array(jsonb_build_object('name', 'WANDB_MODE', 'value', 'offline'), jsonb_build_object('name', 'RUN', 'value', v::text))
     from generate_series(1, ${filled}) v`,
    `insert into blob (id, organization_id, storage_connector_id, state, size, sha256, format)
     select ${id("n")}, ${id("1")}, (select id from storage_connector), 'READY', 1000000 * p + v, sha256(n::text::bytea), 'ONNX'
     from ${each(5)}`,
    `insert into model_file (id, organization_id, model_version_id, name, filename, blob_id, created_by_id, created_at)
     select ${id("n")}, ${id("1")}, ${id("v")}, 'file ' || p, 'best-' || p || '.onnx', ${id("n")}, ${user("n")}, ${moment("n")}
     from ${each(5)}`,
    // Snapshots are only written while their version is being created, which all are by now.
    "set session_replication_role = replica",
    `insert into source_experiment (model_version_id, experiment_id, name, url)
     select ${id("v")}, ${id("v")}, 'experiment ' || v, 'https://lab.example.com/experiments/' || v
     from generate_series(1, ${filled}) v`,
    `insert into source_parameter (model_version_id, name, type, value, position)
     select ${id("v")}, 'parameter ' || p, 'INTEGER', to_json(v + p), p - 1 from ${each(5)}`,
    `insert into source_metric (model_version_id, name, goal, value, best)
     select ${id("v")}, m.name, m.goal, m.value, m.value
     from generate_series(1, ${filled}) v, (values ('mAP50', 'MAXIMIZE', 0.8125), ('loss', 'MINIMIZE', 0.25)) m (name, goal, value)`,
    `insert into source_dataset_version (model_version_id, alias, position, dataset_version_id, dataset, version, label_count)
     select ${id("v")}, 'train', 0, ${id("1")}, 'PPE', '2026-01', 2 from generate_series(1, ${filled}) v`,
    `insert into source_label (model_version_id, alias, index, name)
     select ${id("v")}, 'train', l.index, l.name
     from generate_series(1, ${filled}) v, (values (0, 'helmet'), (1, 'vest')) l (index, name)`,
    "reset session_replication_role",
  ];
}
