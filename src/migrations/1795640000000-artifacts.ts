import type { MigrationInterface, QueryRunner } from "typeorm";

/** Experiments have files: those of their base, whose bytes they share, and those that the training makes. */
export class Artifacts1795640000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table artifact (
        id uuid constraint artifact_pkey primary key,
        organization_id uuid not null,
        experiment_id uuid not null,
        name text collate "C" not null,
        filename text not null,
        content_type text,
        blob_id uuid not null,
        created_by_id uuid not null,
        created_at timestamptz(3) not null default clock_timestamp(),
        constraint artifact_name_taken unique (experiment_id, name),
        constraint artifact_organization_id_experiment_id_fkey
          foreign key (organization_id, experiment_id) references experiment (organization_id, id) on delete cascade,
        constraint artifact_organization_id_blob_id_fkey
          foreign key (organization_id, blob_id) references blob (organization_id, id),
        constraint artifact_organization_id_created_by_id_fkey
          foreign key (organization_id, created_by_id) references member (organization_id, user_id)
      )`);
    await runner.query("create index artifact_by_creation on artifact (experiment_id, created_at, id)");
    await runner.query("create index artifact_of_blob on artifact (blob_id)");
    await runner.query(`
      create table experiment_base_file (
        experiment_id uuid
          constraint experiment_base_file_experiment_id_fkey references experiment (id) on delete cascade,
        sha256 bytea,
        constraint experiment_base_file_pkey primary key (experiment_id, sha256)
      )`);
    await runner.query(`
      alter table pending_upload
        alter model_version_id drop not null,
        add experiment_id uuid,
        add constraint pending_upload_one_owner check (num_nonnulls(model_version_id, experiment_id) = 1),
        add constraint pending_upload_organization_id_experiment_id_fkey
          foreign key (organization_id, experiment_id) references experiment (organization_id, id) on delete cascade`);
    await runner.query("alter table pending_upload rename model_file_id to file_id");
    await runner.query("create index pending_upload_of_experiment on pending_upload (experiment_id)");
    await this.guard(runner);
  }

  /** What must be true whatever writes. */
  private async guard(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create or replace view blob_use as
      select blob_id, id as used_by_id from model_file
      union all
      select blob_id, id from pending_upload where blob_id is not null
      union all
      select blob_id, id from artifact`);
    await runner.query(`
      create trigger artifact_uses_blob before insert or update of blob_id on artifact
      for each row execute function require_usable_blob()`);
    await runner.query(`
      create trigger artifact_releases_blob after delete on artifact
      for each row execute function release_blob()`);
    await runner.query(`
      create trigger artifact_changes_blob after update of blob_id on artifact
      for each row when (new.blob_id <> old.blob_id) execute function release_blob()`);

    for (const [event, rows] of [
      ["insert", "new"],
      ["delete", "old"],
    ])
      await runner.query(`
        create trigger artifact_kept_on_${event} after ${event} on artifact
        referencing ${rows} table as changed for each statement execute function require_open_experiment()`);
    // Nothing of a row changes, but that it shares the bytes of another file when they turn out to be the same.
    await runner.query(`
      create trigger artifact_kept before update on artifact for each row
      when ((new.id, new.organization_id, new.experiment_id, new.name, new.filename, new.content_type, new.created_by_id,
          new.created_at)
        is distinct from (old.id, old.organization_id, old.experiment_id, old.name, old.filename, old.content_type,
          old.created_by_id, old.created_at))
      execute function refuse_change()`);
    await runner.query(`
      create function require_unread_blob() returns trigger language plpgsql as $$
      begin
        if exists (select from blob where id = old.blob_id and state = 'READY') then
          raise exception 'the bytes of an artifact are kept' using errcode = 'check_violation';
        end if;
        return new;
      end $$`);
    await runner.query(`
      create trigger artifact_bytes_kept before update of blob_id on artifact
      for each row when (new.blob_id <> old.blob_id) execute function require_unread_blob()`);
    await runner.query(`
      create trigger experiment_base_file_kept before update on experiment_base_file
      for each row execute function refuse_change()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("delete from pending_upload where experiment_id is not null");
    await runner.query("insert into blob_release (blob_id) select distinct blob_id from artifact");
    await runner.query(`
      create or replace view blob_use as
      select blob_id, id as used_by_id from model_file
      union all
      select blob_id, id from pending_upload where blob_id is not null`);
    await runner.query("alter table pending_upload rename file_id to model_file_id");
    await runner.query(
      "alter table pending_upload drop column experiment_id, alter model_version_id set not null",
    );
    await runner.query("drop table experiment_base_file, artifact");
    await runner.query("drop function require_unread_blob");
  }
}
