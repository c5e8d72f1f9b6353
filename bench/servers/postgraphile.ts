import { createServer } from "node:http";
import pg from "pg";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { jsonPgSmartTags } from "postgraphile/utils";
import { authenticate, databaseUrl, listening, poolSize } from "./serve.ts";

/**
 * PostGraphile 5 on the tables of the registry. Names and short foreign keys are given by smart tags, so that its joins
 * are as short as those of the others; what takes several statements to write, and what
 * is recursive, is a function, as its manual recommends.
 */
const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize });
await pool.query(`
  create schema if not exists peer;
  create or replace function peer.create_version(model_id uuid, name text, type text, labels json, parameters json)
  returns model_version language plpgsql volatile as $$
  declare
    created model_version;
  begin
    update model m set last_version = last_version + 1, updated_at = clock_timestamp() where m.id = model_id;
    insert into model_version (id, organization_id, model_id, name, type, version, created_by_id)
    select gen_random_uuid(), m.organization_id, m.id, create_version.name, create_version.type, m.last_version, m.created_by_id
    from model m where m.id = create_version.model_id returning * into created;
    insert into label (model_version_id, index, name)
    select created.id, l.index, l.name from json_to_recordset(labels) l(index int, name text);
    insert into parameter (model_version_id, name, type, value, position)
    select created.id, p.value->>'name', 'INTEGER', p.value->'value', p.ordinality - 1
    from json_array_elements(parameters) with ordinality p;
    select * into created from model_version v where v.id = created.id;
    return created;
  end $$;
  create or replace function peer.set_label(version_id uuid, index int, name text)
  returns model_version language plpgsql volatile as $$
  declare
    edited model_version;
  begin
    update model_version v set labels_revision = labels_revision + 1, updated_at = clock_timestamp()
    where v.id = version_id returning * into edited;
    insert into label (model_version_id, index, name) values (version_id, set_label.index, set_label.name)
    on conflict on constraint label_pkey do update set name = excluded.name;
    return edited;
  end $$;
  create or replace function public.model_version_ancestors(version model_version)
  returns setof model_version language sql stable as $$
    with recursive line as (
      select version.id, version.base_model_version_id as next, 0 as distance
      union all
      select v.id, v.base_model_version_id, line.distance + 1 from line join model_version v on v.id = line.next
    ) cycle id set again using path
    select v.* from line join model_version v on v.id = line.id
    where line.distance > 0 and not line.again order by line.distance
  $$`);

const author = "(created_by_id) references user_account (id)|@fieldName createdBy";
const tags = jsonPgSmartTags({
  version: 1,
  config: {
    class: {
      model: { tags: { foreignKey: author } },
      model_version: {
        tags: {
          foreignKey: [
            author,
            "(model_id) references model (id)|@fieldName model|@foreignFieldName versions",
          ],
        },
      },
      model_file: {
        tags: {
          foreignKey: [
            author,
            "(model_version_id) references model_version (id)|@fieldName modelVersion|@foreignFieldName files",
            "(blob_id) references blob (id)|@fieldName blob",
          ],
        },
      },
    },
  },
});

const server = createServer();
await postgraphile({
  extends: [PostGraphileAmberPreset],
  plugins: [tags],
  // Lists are filtered and ordered by any column, whether or not an index begins with it.
  disablePlugins: ["PgIndexBehaviorsPlugin"],
  pgServices: [makePgService({ pool, schemas: ["public", "peer"] })],
  schema: { defaultBehavior: "+list" },
  grafast: {
    context: async ({ node }): Promise<object> => ({
      viewer: await authenticate(pool, node?.req.headers.authorization),
    }),
  },
  grafserv: { graphqlPath: "/graphql", watch: false, graphiql: false },
})
  .createServ(grafserv)
  .addTo(server);
listening(server);
