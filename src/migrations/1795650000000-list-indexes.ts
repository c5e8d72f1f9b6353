import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * Indexes by which a list is found however few of its rows a filter leaves: without them, a filter that finds nothing reads
 * the whole table. Those of a filter go on in the order of the last update, which is that of the lists when nothing else is said.
 */
const indexes: [table: string, index: string, columns: string, where: string][] = [
  ["model", "model_by_author", "created_by_id, updated_at, id", "trash_entry_id is null"],
  ["model_version", "model_version_by_name", "name, id", "trash_entry_id is null"],
  ["model_version", "model_version_by_number", "version, id", "trash_entry_id is null"],
  ["model_version", "model_version_by_type", "type, updated_at, id", "trash_entry_id is null"],
  ["model_version", "model_version_by_framework", "framework, updated_at, id", "trash_entry_id is null"],
  ["model_version", "model_version_by_trainable", "trainable, updated_at, id", "trash_entry_id is null"],
  ["model_version", "model_version_by_deployable", "deployable, updated_at, id", "trash_entry_id is null"],
  ["model_version", "model_version_by_author", "created_by_id, updated_at, id", "trash_entry_id is null"],
  ["experiment", "experiment_by_name", "name, id", "true"],
  ["experiment", "experiment_by_status", "status, updated_at, id", "true"],
  ["experiment", "experiment_by_type", "type, updated_at, id", "true"],
  ["experiment", "experiment_by_author", "created_by_id, updated_at, id", "true"],
  ["dataset_version", "dataset_version_by_name", "name, id", "true"],
  ["dataset_version", "dataset_version_by_type", "type, updated_at, id", "true"],
  ["trash_entry", "trash_entry_by_kind", "kind, deleted_at, id", "purged_at is null"],
  ["trash_entry", "trash_entry_by_name", "name", "purged_at is null"],
  ["trash_entry", "trash_entry_by_author", "deleted_by_id, deleted_at, id", "purged_at is null"],
];

/** Columns that are searched for a part of their text. */
const searched: [table: string, index: string, column: string, where: string][] = [
  ["model", "model_name_search", "name", "trash_entry_id is null"],
  ["model_version", "model_version_name_search", "name", "trash_entry_id is null"],
  ["experiment", "experiment_name_search", "name", "true"],
  ["experiment", "experiment_project_name_search", "project_name", "true"],
  ["dataset", "dataset_name_search", "name", "true"],
  ["dataset_version", "dataset_version_name_search", "name", "true"],
  ["trash_entry", "trash_entry_name_search", "name", "purged_at is null"],
];

export class ListIndexes1795650000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const [table, index, columns, where] of indexes)
      await runner.query(`create index ${index} on ${table} (organization_id, ${columns})${tail(where)}`);
    const operators = await trigramOperators(runner);
    if (operators === null) return;
    for (const [table, index, column, where] of searched)
      await runner.query(
        `create index ${index} on ${table} using gin (${column} collate "default" ${operators}) with (gin_pending_list_limit = 256)${tail(where)}`,
      );
  }

  /** The extension stays: others may use it too. */
  async down(runner: QueryRunner): Promise<void> {
    for (const [, index] of [...indexes, ...searched]) await runner.query(`drop index if exists ${index}`);
  }
}

/**
 * The operator class of trigrams, in whatever schema it is; null where there is no such extension, or where it may not be
 * installed: then a search reads what it searches, which is no reason not to start.
 */
async function trigramOperators(runner: QueryRunner): Promise<string | null> {
  await runner.query(`
    do $$ begin
      create extension if not exists pg_trgm;
    exception when insufficient_privilege or feature_not_supported or undefined_file then
      raise warning 'names are searched without an index: %', sqlerrm;
    end $$`);
  const [found]: { schema: string }[] = await runner.query(
    "select quote_ident(n.nspname) as schema from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_trgm'",
  );
  return found ? `${found.schema}.gin_trgm_ops` : null;
}

function tail(where: string): string {
  return where === "true" ? "" : ` where ${where}`;
}
