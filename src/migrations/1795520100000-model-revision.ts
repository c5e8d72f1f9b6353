import type { MigrationInterface, QueryRunner } from "typeorm";

export class ModelRevision1795520100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query("alter table model add revision int not null default 1");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("alter table model drop revision");
  }
}
