import type { MigrationInterface, QueryRunner } from "typeorm";

const detectionTypes = "'CLASSIFICATION', 'OBJECT_DETECTION', 'SEGMENTATION', 'POINT', 'LINE'";

const about = `
  created_by_id uuid not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp()`;

/** What an experiment is set to and comes to, which stays when it is over. */
const results = ["experiment_parameter", "experiment_label", "experiment_metric", "metric_point"];

/** Datasets, which describe data that lives elsewhere, and experiments, which train with it. */
export class Experiments1795620000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await this.createDatasets(runner);
    await this.createExperiments(runner);
    await this.createResults(runner);
    await this.countLabels(runner);
    await this.guard(runner);
  }

  private async createDatasets(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table dataset (
        id uuid constraint dataset_pkey primary key,
        organization_id uuid not null constraint dataset_organization_id_fkey references organization (id),
        name text collate "C" not null
          constraint dataset_name_trimmed check (name = btrim(name) and name <> ''),
        description text,
        revision int not null default 1,
        ${about},
        constraint dataset_of_organization unique (organization_id, id),
        constraint dataset_name_taken unique (organization_id, name),
        constraint dataset_organization_id_created_by_id_fkey
          foreign key (organization_id, created_by_id) references member (organization_id, user_id)
      )`);
    await runner.query(`
      create table dataset_version (
        id uuid constraint dataset_version_pkey primary key,
        organization_id uuid not null,
        dataset_id uuid not null,
        name text collate "C" not null
          constraint dataset_version_name_trimmed check (name = btrim(name) and name <> ''),
        type text constraint dataset_version_type check (type in (${detectionTypes})),
        url text,
        label_count int not null default 0,
        revision int not null default 1,
        ${about},
        constraint dataset_version_of_organization unique (organization_id, id),
        constraint dataset_version_name_taken unique (dataset_id, name),
        constraint dataset_version_organization_id_dataset_id_fkey
          foreign key (organization_id, dataset_id) references dataset (organization_id, id),
        constraint dataset_version_organization_id_created_by_id_fkey
          foreign key (organization_id, created_by_id) references member (organization_id, user_id)
      )`);
    await this.createLabels(runner, "dataset_label", "dataset_version");
    for (const table of ["dataset", "dataset_version"]) await this.indexLists(runner, table);
  }

  private async createLabels(runner: QueryRunner, table: string, owner: string): Promise<void> {
    await runner.query(`
      create table ${table} (
        ${owner}_id uuid constraint ${table}_${owner}_id_fkey references ${owner} (id) on delete cascade,
        index int,
        name text not null constraint ${table}_name_trimmed check (name = btrim(name) and name <> ''),
        constraint ${table}_pkey primary key (${owner}_id, index)
      )`);
  }

  private async indexLists(runner: QueryRunner, table: string): Promise<void> {
    await runner.query(`create index ${table}_by_creation on ${table} (organization_id, created_at, id)`);
    await runner.query(`create index ${table}_by_update on ${table} (organization_id, updated_at, id)`);
  }

  private async createExperiments(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table experiment (
        id uuid constraint experiment_pkey primary key,
        organization_id uuid not null constraint experiment_organization_id_fkey references organization (id),
        name text collate "C" not null
          constraint experiment_name_trimmed check (name = btrim(name) and name <> ''),
        description text,
        project_name text collate "C"
          constraint experiment_project_name_trimmed check (project_name = btrim(project_name) and project_name <> ''),
        url text,
        type text not null constraint experiment_type check (type in (${detectionTypes})),
        framework text constraint experiment_framework check (framework in ('TENSORFLOW', 'PYTORCH', 'ONNX')),
        status text not null default 'WAITING' constraint experiment_status
          check (status in ('WAITING', 'RUNNING', 'SUCCESS', 'FAILED', 'CANCELED', 'TERMINATED')),
        base_model_version_id uuid,
        base_model_name text,
        base_name text,
        base_version int,
        label_count int not null default 0,
        about_revision int not null default 1,
        labels_revision int not null default 1,
        parameters_revision int not null default 1,
        ${about},
        started_at timestamptz(3),
        ended_at timestamptz(3),
        exported_at timestamptz(3),
        constraint experiment_of_organization unique (organization_id, id),
        constraint experiment_started check ((status = 'WAITING') <= (started_at is null)),
        constraint experiment_ended check ((status in ('WAITING', 'RUNNING')) = (ended_at is null)),
        constraint experiment_base_whole
          check (num_nulls(base_model_version_id, base_model_name, base_name, base_version) in (0, 4)),
        constraint experiment_organization_id_base_model_version_id_fkey
          foreign key (organization_id, base_model_version_id) references model_version (organization_id, id),
        constraint experiment_organization_id_created_by_id_fkey
          foreign key (organization_id, created_by_id) references member (organization_id, user_id)
      )`);
    await this.indexLists(runner, "experiment");
    await runner.query(
      "create unique index experiment_name_taken on experiment (organization_id, project_name, name) where project_name is not null",
    );
    await runner.query(
      "create unique index experiment_name_taken_outside_projects on experiment (organization_id, name) where project_name is null",
    );
    await runner.query(
      "create index experiment_of_base on experiment (base_model_version_id, created_at, id) where base_model_version_id is not null",
    );
    await runner.query(`
      create table experiment_dataset_version (
        experiment_id uuid,
        alias text collate "C"
          constraint experiment_dataset_version_alias_trimmed check (alias = btrim(alias) and alias <> ''),
        organization_id uuid not null,
        dataset_version_id uuid not null,
        position int not null,
        constraint experiment_dataset_version_pkey primary key (experiment_id, alias),
        constraint experiment_dataset_version_organization_id_experiment_id_fkey
          foreign key (organization_id, experiment_id) references experiment (organization_id, id) on delete cascade,
        constraint dataset_version_in_use
          foreign key (organization_id, dataset_version_id) references dataset_version (organization_id, id)
      )`);
    await runner.query(
      "create index experiment_dataset_version_used on experiment_dataset_version (dataset_version_id, experiment_id)",
    );
    await runner.query(`
      create table experiment_docker_image (
        experiment_id uuid constraint experiment_docker_image_pkey primary key
          constraint experiment_docker_image_experiment_id_fkey references experiment (id) on delete cascade,
        image text not null,
        tag text,
        digest text,
        flags text[] not null,
        environment_variables jsonb not null constraint experiment_docker_image_secrets_sealed check (
          jsonb_typeof(environment_variables) = 'array' and not environment_variables @? '$[*] ? (
            !(@.name.type() == "string")
            || exists(@.value) && (exists(@.sealed) || exists(@.keyId))
            || !(exists(@.value)) && !(exists(@.keyId) && @.sealed like_regex "^[A-Za-z0-9+/]{38,}={0,2}$"))')
      )`);
    await runner.query(`
      create index experiment_docker_image_with_secrets on experiment_docker_image (experiment_id)
      where environment_variables @? '$[*].sealed'`);
  }

  private async createResults(runner: QueryRunner): Promise<void> {
    await this.createLabels(runner, "experiment_label", "experiment");
    await runner.query(`
      create table experiment_parameter (
        experiment_id uuid
          constraint experiment_parameter_experiment_id_fkey references experiment (id) on delete cascade,
        name text collate "C"
          constraint experiment_parameter_name_trimmed check (name = btrim(name) and name <> ''),
        type text not null constraint experiment_parameter_type
          check (type in ('INTEGER', 'FLOAT', 'STRING', 'BOOLEAN', 'JSON')),
        value json not null,
        position int not null,
        constraint experiment_parameter_pkey primary key (experiment_id, name)
      )`);
    await runner.query(`
      create table experiment_metric (
        experiment_id uuid
          constraint experiment_metric_experiment_id_fkey references experiment (id) on delete cascade,
        name text collate "C"
          constraint experiment_metric_name_trimmed check (name = btrim(name) and name <> ''),
        goal text not null constraint experiment_metric_goal check (goal in ('MAXIMIZE', 'MINIMIZE')),
        point_count int not null default 0
          constraint experiment_metric_full check (point_count between 0 and 1000000),
        constraint experiment_metric_pkey primary key (experiment_id, name)
      )`);
    await runner.query(`
      create table metric_point (
        experiment_id uuid,
        name text collate "C",
        step int constraint metric_point_step check (step >= 0),
        value float8 not null constraint metric_point_finite check (value not in ('NaN', 'Infinity', '-Infinity')),
        logged_at timestamptz(3) not null default clock_timestamp(),
        constraint metric_point_pkey primary key (experiment_id, name, step),
        constraint metric_point_experiment_id_name_fkey
          foreign key (experiment_id, name) references experiment_metric (experiment_id, name) on delete cascade
      )`);
    await runner.query(
      "create index metric_point_by_value on metric_point (experiment_id, name, value, step)",
    );
  }

  /** Labels are counted as those of versions are, and so are the points of a metric. */
  private async countLabels(runner: QueryRunner): Promise<void> {
    for (const [part, owner, key, count] of [
      ["dataset_label", "dataset_version", "id = c.dataset_version_id", "label_count"],
      ["experiment_label", "experiment", "id = c.experiment_id", "label_count"],
      [
        "metric_point",
        "experiment_metric",
        "(o.experiment_id, o.name) = (c.experiment_id, c.name)",
        "point_count",
      ],
    ] as const) {
      const columns = part === "metric_point" ? "experiment_id, name" : `${owner}_id`;
      await runner.query(`
        create function count_${part}() returns trigger language plpgsql as $$
        begin
          update ${owner} o set ${count} = o.${count} + c.change
          from (
            select ${columns}, count(*) * case tg_op when 'INSERT' then 1 else -1 end as change
            from changed group by ${columns}
          ) c
          where ${key.startsWith("id") ? `o.${key}` : key};
          return null;
        end $$`);
      await runner.query(`
        create trigger ${part}_added after insert on ${part}
        referencing new table as changed for each statement execute function count_${part}()`);
      await runner.query(`
        create trigger ${part}_removed after delete on ${part}
        referencing old table as changed for each statement execute function count_${part}()`);
    }
  }

  /** What must be true whatever writes. */
  private async guard(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create function require_next_status() returns trigger language plpgsql as $$
      begin
        if (old.status = 'WAITING' and new.status in ('RUNNING', 'CANCELED'))
          or (old.status = 'RUNNING' and new.status in ('SUCCESS', 'FAILED', 'CANCELED', 'TERMINATED')) then
          return new;
        end if;
        raise exception 'an experiment does not go from % to %', old.status, new.status using errcode = 'check_violation';
      end $$`);
    await runner.query(`
      create trigger experiment_moves_on before update of status on experiment
      for each row when (new.status <> old.status) execute function require_next_status()`);
    await runner.query(`
      create trigger experiment_kept before update on experiment for each row when (
        (new.organization_id, new.type, new.framework, new.base_model_version_id, new.base_model_name, new.base_name,
          new.base_version, new.created_by_id, new.created_at)
        is distinct from (old.organization_id, old.type, old.framework, old.base_model_version_id, old.base_model_name,
          old.base_name, old.base_version, old.created_by_id, old.created_at)
        or old.exported_at is not null and new.exported_at is distinct from old.exported_at
        or old.started_at is not null and new.started_at is distinct from old.started_at
        or old.ended_at is not null and new.ended_at is distinct from old.ended_at)
      execute function refuse_change()`);
    // Keys are rotated; nothing else of the image changes.
    await runner.query(`
      create trigger experiment_docker_image_kept before update on experiment_docker_image for each row
      when ((new.experiment_id, new.image, new.tag, new.digest, new.flags)
        is distinct from (old.experiment_id, old.image, old.tag, old.digest, old.flags))
      execute function refuse_change()`);
    await runner.query(`
      create trigger experiment_dataset_version_kept before update on experiment_dataset_version
      for each row execute function refuse_change()`);

    // When the experiment itself is taken away, its row has gone before these.
    await runner.query(`
      create function require_open_experiment() returns trigger language plpgsql as $$
      begin
        if exists (
          select from experiment where id in (select experiment_id from changed)
          and (ended_at is not null or exported_at is not null)
        ) then
          raise exception '% of an experiment that is over is kept', tg_table_name using errcode = 'check_violation';
        end if;
        return null;
      end $$`);
    for (const table of results)
      for (const [event, rows] of [
        ["insert", "new"],
        ["update", "new"],
        ["delete", "old"],
      ])
        await runner.query(`
          create trigger ${table}_kept_on_${event} after ${event} on ${table}
          referencing ${rows} table as changed for each statement execute function require_open_experiment()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop table metric_point, experiment_metric, experiment_parameter, experiment_label");
    await runner.query("drop table experiment_docker_image, experiment_dataset_version, experiment");
    await runner.query("drop table dataset_label, dataset_version, dataset");
    await runner.query(`
      drop function require_open_experiment, require_next_status, count_metric_point, count_experiment_label,
        count_dataset_label`);
  }
}
