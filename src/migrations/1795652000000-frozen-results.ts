import type { MigrationInterface, QueryRunner } from "typeorm";

/** What an experiment began with; its results have such triggers already. */
const beginnings = ["experiment_docker_image", "experiment_dataset_version", "experiment_base_file"];
const results = ["experiment_parameter", "experiment_label", "experiment_metric", "metric_point"];
const snapshots = [
  "source_experiment",
  "source_parameter",
  "source_metric",
  "source_dataset_version",
  "source_label",
];

/** Closes the ways on which raw SQL could still get around the guards of what is over. */
export class FrozenResults1795652000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of beginnings)
      for (const [event, rows] of [
        ["insert", "new"],
        ["delete", "old"],
      ])
        await runner.query(`
          create trigger ${table}_kept_on_${event} after ${event} on ${table}
          referencing ${rows} table as changed for each statement execute function require_open_experiment()`);
    // Into another experiment, past the guard of its own, no row goes.
    for (const table of results)
      await runner.query(`
        create trigger ${table}_stays before update of experiment_id on ${table}
        for each row execute function refuse_change()`);
    for (const table of snapshots)
      await runner.query(`
        create trigger ${table}_not_emptied before truncate on ${table}
        for each statement execute function refuse_change()`);
    // Who could take a version's number away could add to its snapshot.
    await runner.query(`
      create trigger model_version_keeps_number before update of version on model_version
      for each row when (old.version > 0 and new.version < 0) execute function refuse_change()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop trigger model_version_keeps_number on model_version");
    for (const table of snapshots) await runner.query(`drop trigger ${table}_not_emptied on ${table}`);
    for (const table of results) await runner.query(`drop trigger ${table}_stays on ${table}`);
    for (const table of beginnings)
      for (const event of ["insert", "delete"])
        await runner.query(`drop trigger ${table}_kept_on_${event} on ${table}`);
  }
}
