import type { MigrationInterface, QueryRunner } from "typeorm";

/** What a version shows of its children is kept by the database, so that no way of writing them can forget it. */
export class DerivedColumns1795436500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create function count_labels() returns trigger language plpgsql as $$
      begin
        update model_version v set label_count = v.label_count + changed.change
        from (
          select model_version_id, count(*) * case tg_op when 'INSERT' then 1 else -1 end as change
          from changed_labels group by model_version_id
        ) changed
        where v.id = changed.model_version_id;
        return null;
      end $$`);
    await runner.query(`
      create trigger label_added after insert on label
      referencing new table as changed_labels for each statement execute function count_labels()`);
    await runner.query(`
      create trigger label_removed after delete on label
      referencing old table as changed_labels for each statement execute function count_labels()`);

    await runner.query(`
      create function tell_trainable() returns trigger language plpgsql as $$
      begin
        update model_version set trainable = (tg_op = 'INSERT')
        where id = case tg_op when 'INSERT' then new.model_version_id else old.model_version_id end;
        return null;
      end $$`);
    await runner.query(`
      create trigger docker_image_changed after insert or delete on docker_image
      for each row execute function tell_trainable()`);

    await runner.query(`
      create function tell_deployable() returns trigger language plpgsql as $$
      declare
        changed uuid := case tg_op when 'INSERT' then new.model_version_id else old.model_version_id end;
      begin
        update model_version set deployable = exists (select from model_file where model_version_id = changed)
        where id = changed;
        return null;
      end $$`);
    await runner.query(`
      create trigger model_file_changed after insert or delete on model_file
      for each row execute function tell_deployable()`);

    await runner.query(`
      create function require_number() returns trigger language plpgsql as $$
      begin
        if exists (select from model_version where id = new.id and version < 0) then
          raise exception 'a version needs its number' using errcode = 'check_violation';
        end if;
        return null;
      end $$`);
    await runner.query(`
      create constraint trigger model_version_numbered after insert or update on model_version
      deferrable initially deferred for each row when (new.version < 0) execute function require_number()`);

    await runner.query(`
      create function refuse_change() returns trigger language plpgsql as $$
      begin
        raise exception '% is frozen', tg_table_name using errcode = 'integrity_constraint_violation';
      end $$`);
    await runner.query(`
      create trigger source_experiment_frozen before update on source_experiment
      for each row execute function refuse_change()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop trigger source_experiment_frozen on source_experiment");
    await runner.query("drop trigger model_version_numbered on model_version");
    await runner.query("drop trigger model_file_changed on model_file");
    await runner.query("drop trigger docker_image_changed on docker_image");
    await runner.query("drop trigger label_removed on label");
    await runner.query("drop trigger label_added on label");
    await runner.query(
      "drop function refuse_change, require_number, tell_deployable, tell_trainable, count_labels",
    );
  }
}
