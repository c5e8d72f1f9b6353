import type { MigrationInterface, QueryRunner } from "typeorm";

const tables = ["model", "model_version", "dataset", "dataset_version", "experiment"];

/**
 * Has the database see to it that nothing was updated before it was created, so that a filter of one moment can be served by
 * the index of the other.
 */
export class UpdatedAfterCreation1795654000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of tables) {
      await runner.query(`update ${table} set updated_at = created_at where updated_at < created_at`);
      await runner.query(
        `alter table ${table} add constraint ${table}_updated_after_creation check (updated_at >= created_at)`,
      );
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables)
      await runner.query(`alter table ${table} drop constraint ${table}_updated_after_creation`);
  }
}
