import pg from "pg";
import { apiTokenSecret, newSecret } from "../src/api-token/secret.ts";
import { createDataSource } from "../src/data-source.ts";
import { generations, idleAuthor, type Size } from "./rows.ts";
import { listsOf } from "./seed-lists.ts";
import { created, drawn, id, moment, oneOf, updated, user } from "./sql.ts";

/** Makes the tables and fills them. @returns the token of a member who may do everything. */
export async function seed(url: string, size: Size): Promise<string> {
  const db = await createDataSource(url).initialize();
  await db.runMigrations();
  await db.destroy();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const token = newSecret(apiTokenSecret);
  await client.query(people);
  await client.query(
    `insert into api_token (id, organization_id, user_id, created_by_id, name, prefix, digest, role, created_at)
     select ${id("1")}, organization_id, user_id, user_id, 'bench', $1, $2, 'OWNER', ${moment("0")}
     from member where role = 'OWNER'`,
    [token.prefix, token.digest],
  );
  const statements = [...versionsOf(size), ...partsOf(size.filled), ...(size.lists ? listsOf(size) : [])];
  await withoutIndexes(client, async () => {
    // Neither triggers nor foreign keys: they would look up row by row what is known to be so.
    await client.query("set session_replication_role = replica");
    for (const statement of statements) await client.query(statement);
  });
  await client.query("vacuum analyze");
  await client.end();
  return token.text;
}

/** A large table is filled, and then indexed, in half the time. */
async function withoutIndexes(client: pg.Client, fill: () => Promise<void>): Promise<void> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i
     join pg_class c on c.oid = i.indexrelid and c.relnamespace = 'public'::regnamespace
     where not exists (select from pg_constraint where conindid = i.indexrelid)`,
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
  await fill();
  for (const { definition } of rows) await client.query(definition);
}

const people = `
  insert into organization (id, name) values (${id("1")}, 'Acme Vision');
  insert into user_account (id, name, email, picture_url)
  select ${id("n")}, 'Person ' || n, 'person' || n || '@example.com', 'https://pictures.example.com/' || n || '.png'
  from generate_series(1, ${idleAuthor}) n;
  insert into member (id, organization_id, user_id, email, role, created_at)
  select ${id("n")}, ${id("1")}, ${id("n")}, 'person' || n || '@example.com', case n when 1 then 'OWNER' else 'EDITOR' end,
    ${moment("n")}
  from generate_series(1, ${idleAuthor}) n`;

const types = ["CLASSIFICATION", "OBJECT_DETECTION", "SEGMENTATION", "POINT", "LINE"];

function versionsOf({ models, versions, filled, lists }: Size): string[] {
  const count = models * versions;
  // Where lists are filtered, few rows have some values, and none have others; elsewhere each value has its share.
  const about = lists
    ? {
        model: {
          name: oneOf.names("n", models),
          author: oneOf.authors("n", models),
          updated: updated("n", models, versions),
        },
        name: oneOf.names("n", count),
        type: oneOf.values("n", count, types),
        framework: oneOf.values("n", count, ["TENSORFLOW", null, "PYTORCH", "ONNX"]),
        author: oneOf.authors("n", count),
        updated: updated("n", count),
        trainable: `${drawn("n", 2)} = 0`,
        deployable: oneOf.rare("n", count),
      }
    : {
        model: { name: "'Model ' || n", author: user("n"), updated: moment("n") },
        name: "'Version ' || n",
        type: `(array[${types.map((type) => `'${type}'`)}])[1 + n % 5]`,
        framework: "(array['TENSORFLOW', 'PYTORCH', 'ONNX', null])[1 + n % 4]",
        ...{ author: user("n"), updated: moment("n") },
        ...{ trainable: `n <= ${filled}`, deployable: `n <= ${filled}` },
      };
  return [
    `insert into model (id, organization_id, name, description, last_version, created_by_id, created_at, updated_at)
     select ${id("n")}, ${id("1")}, ${about.model.name}, 'Finds what model ' || n || ' is made for.', ${versions},
       ${about.model.author}, ${created("n", lists ? versions : 1)}, ${about.model.updated}
     from generate_series(1, ${models}) n`,
    `insert into model_version (id, organization_id, model_id, name, description, version, type, framework, label_count,
       trainable, deployable, base_model_version_id, created_by_id, created_at, updated_at)
     select ${id("n")}, ${id("1")}, ${id(`1 + (n - 1) / ${versions}`)}, ${about.name},
       'Trained on more pictures, run ' || n || '.', 1 + (n - 1) % ${versions}, ${about.type}, ${about.framework},
       case when n <= ${filled} then 20 else 0 end, ${about.trainable}, ${about.deployable},
       case when n <= ${filled} and (n - 1) % ${generations + 1} > 0 then ${id("n - 1")} end,
       ${about.author}, ${moment("n")}, ${about.updated}
     from generate_series(1, ${count}) n`,
  ];
}

function partsOf(filled: number): string[] {
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
    `insert into source_experiment (model_version_id, experiment_id, name, url)
     select ${id("v")}, ${id("v")}, 'experiment ' || v, 'https://lab.example.com/experiments/' || v
     from generate_series(1, ${filled}) v`,
    `insert into source_parameter (model_version_id, name, type, value, position)
     select ${id("v")}, 'parameter ' || p, 'INTEGER', to_json(v + p), p - 1 from ${each(5)}`,
    `insert into source_metric (model_version_id, name, goal, value, best)
     select ${id("v")}, m.name, m.goal, m.value, m.value
     from generate_series(1, ${filled}) v, (values ('mAP50', 'MAXIMIZE', 0.8125), ('loss', 'MINIMIZE', 0.25)) m (name, goal, value)`,
    `insert into source_dataset_version (model_version_id, alias, position, dataset_version_id, dataset, version, label_count)
     select ${id("v")}, 'train', 0, ${id("1 + v / 10")}, 'PPE', '2026-01', 2 from generate_series(1, ${filled}) v`,
    `insert into source_label (model_version_id, alias, index, name)
     select ${id("v")}, 'train', l.index, l.name
     from generate_series(1, ${filled}) v, (values (0, 'helmet'), (1, 'vest')) l (index, name)`,
  ];
}
