import { idleAuthor, type Size } from "./rows.ts";
import { created, drawn, id, moment, oneOf, updated } from "./sql.ts";

/** People, invitations and tokens grow too, but not as what they make does. */
const people = 1_000;

const types = ["CLASSIFICATION", "OBJECT_DETECTION", "SEGMENTATION", "POINT", "LINE"];
const statuses = ["SUCCESS", "FAILED", "TERMINATED", "RUNNING", "CANCELED", "WAITING"];

/** What can be listed beside models and versions: as many experiments as versions, a dataset for each model, and so on. */
export function listsOf({ models, versions }: Size): string[] {
  const count = models * versions;
  const about = (rows: number) =>
    `${oneOf.authors("n", rows)}, ${created("n", count / rows)}, ${updated("n", rows, count / rows)}`;
  const rows = (rows: number) => `from generate_series(1, ${rows}) n`;
  const status = oneOf.values("n", count, statuses);
  return [
    `insert into dataset (id, organization_id, name, created_by_id, created_at, updated_at)
     select ${id("n")}, ${id("1")}, ${oneOf.names("n", models)}, ${about(models)} ${rows(models)}`,
    `insert into dataset_version (id, organization_id, dataset_id, name, type, created_by_id, created_at, updated_at)
     select ${id("n")}, ${id("1")}, ${id(`1 + (n - 1) / ${versions}`)}, ${oneOf.names("n", count)},
       ${oneOf.values("n", count, types)}, ${about(count)} ${rows(count)}`,
    `insert into experiment (id, organization_id, name, project_name, type, status, base_model_version_id, base_model_name,
       base_name, base_version, created_by_id, created_at, updated_at, started_at, ended_at)
     select ${id("n")}, ${id("1")}, ${oneOf.names("n", count)},
       case when ${oneOf.rare("n", count)} then 'Rare 1' when ${drawn("n", 3)} = 0 then null else 'Common ' || ${drawn("n", 20)} end,
       ${oneOf.values("n", count, types)}, ${status}, ${id("1 + n / 10")}, 'model', 'version', 1, ${about(count)},
       case when ${status} <> 'WAITING' then ${moment("n")} end,
       case when ${status} not in ('WAITING', 'RUNNING') then ${moment("n")} end
     ${rows(count)}`,
    `insert into experiment_dataset_version (experiment_id, alias, organization_id, dataset_version_id, position)
     select ${id("n")}, 'train', ${id("1")}, ${id("1 + n / 10")}, 0 ${rows(count)}`,
    ...trashOf(count / 10),
    ...peopleOf(Math.min(people, models), count),
  ];
}

/** Entries alone: what they stand for is in no list. */
function trashOf(count: number): string[] {
  return [
    `insert into trash_entry (id, organization_id, kind, name, deleted_by_id, deleted_at, purge_at)
     select ${id("1000000000 + n")}, ${id("1")}, ${oneOf.values("n", count, ["MODEL_VERSION", "MODEL", "MODEL_FILE"])},
       ${oneOf.names("n", count)}, ${oneOf.authors("n", count)}, ${created("n", 10)}, ${moment("n + 100000000")}
     from generate_series(1, ${count}) n`,
  ];
}

function peopleOf(count: number, moments: number): string[] {
  const every = moments / count;
  const rows = (first: number) => `from generate_series(${first}, ${first + count - 1}) n`;
  const roles = oneOf.values("n", count, ["EDITOR", "VIEWER", "ADMIN", "OWNER"]);
  return [
    `insert into user_account (id, name, email)
     select ${id("n")}, ${oneOf.names("n", count)}, case when n % 7 > 0 then 'common' || n || '@example.com' end ${rows(idleAuthor + 1)}`,
    `insert into member (id, organization_id, user_id, email, role, created_at, removed_at)
     select ${id("n")}, ${id("1")}, ${id("n")}, case when n % 7 > 0 then 'common' || n || '@example.com' end, ${roles}, ${created("n", every)},
       case when ${oneOf.rare("n", count)} then ${created("n", every)} end
     ${rows(idleAuthor + 1)}`,
    `insert into invitation (id, organization_id, email, role, digest, created_by_id, api_token_id, created_at, expires_at)
     select ${id("n")}, ${id("1")}, lower(${oneOf.names("n", count)}), ${roles}, sha256(n::text::bytea), ${id("1")}, ${id("1")},
       ${created("n", every)}, ${updated("n", count, every)}
     ${rows(1)}`,
    `insert into api_token (id, organization_id, user_id, created_by_id, name, prefix, digest, role, created_at, expires_at, last_used_at)
     select ${id("n + 1")}, ${id("1")}, ${oneOf.authors("n", count)}, ${oneOf.authors("n", count)}, ${oneOf.names("n", count)},
       'rgk_' || n, sha256(n::text::bytea), ${roles}, ${created("n", every)}, ${updated("n", count, every)}, ${updated("n", count, every)}
     ${rows(1)}`,
  ];
}
