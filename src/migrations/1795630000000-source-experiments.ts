import type { MigrationInterface, QueryRunner } from "typeorm";

/** The parts of a snapshot, in the order in which they refer to each other. */
const parts = ["source_parameter", "source_metric", "source_dataset_version", "source_label"];
const tables = ["source_experiment", ...parts];

/** What an exported version was trained with, row by row: frozen from the end of the export to the purge. */
export class SourceExperiments1795630000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Nothing could write a source experiment before: where there is one all the same, this stops.
    await runner.query(`
      alter table source_experiment
        add experiment_id uuid not null,
        add project_name text,
        drop column parameters,
        drop column metrics,
        drop column dataset_versions`);
    await runner.query("create index source_experiment_of_experiment on source_experiment (experiment_id)");
    const owner = (table: string) => `model_version_id uuid
      constraint ${table}_model_version_id_fkey references source_experiment (model_version_id) on delete cascade`;
    await runner.query(`
      create table source_parameter (
        ${owner("source_parameter")},
        name text collate "C",
        type text not null,
        value json not null,
        position int not null,
        constraint source_parameter_pkey primary key (model_version_id, name)
      )`);
    await runner.query(`
      create table source_metric (
        ${owner("source_metric")},
        name text collate "C",
        goal text not null,
        value float8 not null,
        best float8 not null,
        constraint source_metric_pkey primary key (model_version_id, name)
      )`);
    await runner.query(`
      create table source_dataset_version (
        ${owner("source_dataset_version")},
        alias text collate "C",
        position int not null,
        dataset_version_id uuid not null,
        dataset text not null,
        version text not null,
        url text,
        label_count int not null,
        constraint source_dataset_version_pkey primary key (model_version_id, alias)
      )`);
    await runner.query(
      "create index source_dataset_version_used on source_dataset_version (dataset_version_id, model_version_id)",
    );
    await runner.query(`
      create table source_label (
        model_version_id uuid,
        alias text collate "C",
        index int,
        name text not null,
        constraint source_label_pkey primary key (model_version_id, alias, index),
        constraint source_label_model_version_id_alias_fkey foreign key (model_version_id, alias)
          references source_dataset_version (model_version_id, alias) on delete cascade
      )`);
    await runner.query(`
      alter table model_version
        add base_model_version_id uuid,
        add constraint model_version_organization_id_base_model_version_id_fkey
          foreign key (organization_id, base_model_version_id) references model_version (organization_id, id)`);
    await runner.query(`
      create index model_version_of_base on model_version (base_model_version_id)
      where base_model_version_id is not null`);
    await this.freeze(runner);
  }

  /** By statement, because a snapshot can have many thousands of labels. */
  private async freeze(runner: QueryRunner): Promise<void> {
    // A version has a negative number until the end of its creation.
    await runner.query(`
      create function refuse_late_rows() returns trigger language plpgsql as $$
      begin
        if exists (
          select from model_version where id in (select model_version_id from changed) and version > 0
        ) then
          raise exception '% is frozen', tg_table_name using errcode = 'integrity_constraint_violation';
        end if;
        return null;
      end $$`);
    await runner.query(`
      create function refuse_rows_unless_purged() returns trigger language plpgsql as $$
      begin
        if exists (
          select from (select distinct model_version_id from changed) c
          left join model_version v on v.id = c.model_version_id
          left join trash_entry t on t.id = v.trash_entry_id
          where t.purged_at is null
        ) then
          raise exception '% is frozen', tg_table_name using errcode = 'integrity_constraint_violation';
        end if;
        return null;
      end $$`);
    for (const table of tables)
      await runner.query(`
        create trigger ${table}_in_time after insert on ${table}
        referencing new table as changed for each statement execute function refuse_late_rows()`);
    for (const table of parts) {
      await runner.query(`
        create trigger ${table}_frozen before update on ${table}
        for each row execute function refuse_change()`);
      await runner.query(`
        create trigger ${table}_kept after delete on ${table}
        referencing old table as changed for each statement execute function refuse_rows_unless_purged()`);
    }
    await runner.query(`
      create trigger model_version_base_kept before update of base_model_version_id on model_version
      for each row when (new.base_model_version_id is distinct from old.base_model_version_id)
      execute function refuse_change()`);
  }

  /** What is in the parts goes back into the row. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop trigger model_version_base_kept on model_version");
    await runner.query("alter table model_version drop column base_model_version_id");
    await runner.query("drop trigger source_experiment_in_time on source_experiment");
    await runner.query("alter table source_experiment disable trigger source_experiment_frozen");
    await runner.query(`
      alter table source_experiment
        drop column experiment_id,
        drop column project_name,
        add parameters jsonb not null default '[]',
        add metrics jsonb not null default '[]',
        add dataset_versions jsonb not null default '[]'`);
    const list = (columns: string, table: string, order: string) => `coalesce((
      select jsonb_agg(jsonb_build_object(${columns}) order by ${order}) from ${table} c
      where c.model_version_id = e.model_version_id), '[]')`;
    const labels = `coalesce((
      select jsonb_agg(jsonb_build_object('index', index, 'name', name) order by index) from source_label l
      where (l.model_version_id, l.alias) = (c.model_version_id, c.alias)), '[]')`;
    await runner.query(`
      update source_experiment e set
        parameters = ${list("'name', name, 'type', type, 'value', value", "source_parameter", "position")},
        metrics = ${list("'name', name, 'value', value", "source_metric", "name")},
        dataset_versions = ${list(
          `'alias', alias, 'dataset', dataset, 'version', version, 'url', url, 'labels', ${labels}`,
          "source_dataset_version",
          "position",
        )}`);
    await runner.query(`
      alter table source_experiment
        alter parameters drop default, alter metrics drop default, alter dataset_versions drop default`);
    await runner.query("alter table source_experiment enable trigger source_experiment_frozen");
    await runner.query("drop table source_label, source_dataset_version, source_metric, source_parameter");
    await runner.query("drop function refuse_rows_unless_purged, refuse_late_rows");
  }
}
