import type { MigrationInterface, QueryRunner } from "typeorm";

/** What can be deleted, and within what its name is unique. */
const nouns = [
  ["model", "organization_id"],
  ["model_version", "model_id"],
] as const;

/** What is deleted goes to the trash first; a version that moves to another model leaves its address behind. */
export class Trash1795541000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table trash_entry (
        id uuid constraint trash_entry_pkey primary key,
        organization_id uuid not null constraint trash_entry_organization_id_fkey references organization (id),
        kind text not null constraint trash_entry_kind check (kind in ('MODEL', 'MODEL_VERSION')),
        name text collate "C" not null,
        deleted_by_id uuid not null,
        deleted_at timestamptz(3) not null default clock_timestamp(),
        purge_at timestamptz(3) not null,
        purged_at timestamptz(3),
        purged_by_id uuid,
        constraint trash_entry_of_organization unique (organization_id, id),
        constraint trash_entry_organization_id_deleted_by_id_fkey
          foreign key (organization_id, deleted_by_id) references member (organization_id, user_id),
        constraint trash_entry_organization_id_purged_by_id_fkey
          foreign key (organization_id, purged_by_id) references member (organization_id, user_id)
      )`);
    await runner.query(
      "create index trash_entry_by_deletion on trash_entry (organization_id, deleted_at, id) where purged_at is null",
    );
    await runner.query(
      "create index trash_entry_by_expiry on trash_entry (purge_at) where purged_at is null",
    );

    // A name is unique among what is live; a number stays unique for ever. Lists do not walk over what is gone.
    for (const [table, parent] of nouns) {
      await runner.query(`
        alter table ${table}
          drop constraint ${table}_name_taken,
          add trash_entry_id uuid,
          add constraint ${table}_organization_id_trash_entry_id_fkey
            foreign key (organization_id, trash_entry_id) references trash_entry (organization_id, id)`);
      await runner.query(
        `create unique index ${table}_name_taken on ${table} (${parent}, name) where trash_entry_id is null`,
      );
      await runner.query(
        `create index ${table}_in_trash on ${table} (trash_entry_id) where trash_entry_id is not null`,
      );
      await this.indexLists(runner, table, "where trash_entry_id is null");
    }

    await runner.query(`
      create table previous_address (
        id uuid constraint previous_address_pkey primary key,
        organization_id uuid not null,
        model_id uuid not null,
        version int not null,
        model_version_id uuid not null,
        moved_by_id uuid not null,
        moved_at timestamptz(3) not null default clock_timestamp(),
        constraint previous_address_taken unique (model_id, version),
        constraint previous_address_organization_id_model_id_fkey
          foreign key (organization_id, model_id) references model (organization_id, id),
        constraint previous_address_organization_id_model_version_id_fkey
          foreign key (organization_id, model_version_id) references model_version (organization_id, id),
        constraint previous_address_organization_id_moved_by_id_fkey
          foreign key (organization_id, moved_by_id) references member (organization_id, user_id)
      )`);
    await runner.query(
      "create index previous_address_by_move on previous_address (model_version_id, moved_at, id)",
    );
    await this.guard(runner);
  }

  private async indexLists(runner: QueryRunner, table: string, where: string): Promise<void> {
    for (const [index, column] of [
      [`${table}_by_creation`, "created_at"],
      [`${table}_by_update`, "updated_at"],
    ]) {
      await runner.query(`drop index ${index}`);
      await runner.query(`create index ${index} on ${table} (organization_id, ${column}, id) ${where}`);
    }
  }

  /** What must be true whatever writes. */
  private async guard(runner: QueryRunner): Promise<void> {
    // The lock makes a version that is being created wait for the deletion of its model, and see it.
    await runner.query(`
      create function require_live_model() returns trigger language plpgsql as $$
      declare
        inhabited uuid;
      begin
        select model_id into inhabited from model_version where id = new.id and trash_entry_id is null;
        if inhabited is null then return null; end if;
        perform from model where id = inhabited and trash_entry_id is null for share;
        if not found then
          raise exception 'a live version needs a live model' using errcode = 'check_violation';
        end if;
        return null;
      end $$`);
    await runner.query(`
      create constraint trigger model_version_in_live_model after insert or update of model_id, trash_entry_id
      on model_version deferrable initially deferred
      for each row when (new.trash_entry_id is null) execute function require_live_model()`);
    await runner.query(`
      create function refuse_live_versions() returns trigger language plpgsql as $$
      begin
        if exists (select from model_version where model_id = new.id and trash_entry_id is null) then
          raise exception 'a live version needs a live model' using errcode = 'check_violation';
        end if;
        return null;
      end $$`);
    await runner.query(`
      create trigger model_deleted after update of trash_entry_id on model
      for each row when (new.trash_entry_id is not null) execute function refuse_live_versions()`);

    await runner.query(`
      create function refuse_unless_purged() returns trigger language plpgsql as $$
      begin
        if exists (
          select from model_version v join trash_entry t on t.id = v.trash_entry_id
          where v.id = old.model_version_id and t.purged_at is not null
        ) then
          return old;
        end if;
        raise exception '% is frozen', tg_table_name using errcode = 'integrity_constraint_violation';
      end $$`);
    await runner.query(`
      create trigger source_experiment_kept before delete on source_experiment
      for each row execute function refuse_unless_purged()`);

    await runner.query(`
      create trigger tombstone_kept before update or delete on trash_entry
      for each row when (old.purged_at is not null) execute function refuse_change()`);
    await runner.query(`
      create trigger previous_address_kept before update or delete on previous_address
      for each row execute function refuse_change()`);
    await runner.query(`
      create trigger model_counts_up before update of last_version on model
      for each row when (new.last_version < old.last_version) execute function refuse_change()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop trigger model_counts_up on model");
    await runner.query("drop trigger model_deleted on model");
    await runner.query("drop trigger model_version_in_live_model on model_version");
    await runner.query("drop trigger source_experiment_kept on source_experiment");
    await runner.query("drop table previous_address");
    for (const [table, parent] of nouns) {
      await runner.query(`drop index ${table}_name_taken`);
      await this.indexLists(runner, table, "");
      // The tables before this migration know no trash: what is in it comes back, under a name that is free.
      await runner.query(`
        update ${table} set name = left(name, 150) || ' ' || id
        where trash_entry_id is not null`);
      await runner.query(`
        alter table ${table}
          drop column trash_entry_id,
          add constraint ${table}_name_taken unique (${parent}, name)`);
    }
    await runner.query("drop table trash_entry");
    await runner.query("drop function refuse_unless_purged, refuse_live_versions, require_live_model");
  }
}
