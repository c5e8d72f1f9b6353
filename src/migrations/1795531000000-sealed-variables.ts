import type { MigrationInterface, QueryRunner } from "typeorm";

/** A secret environment variable is stored as a ciphertext and the id of its key, and never has a value beside them. */
export class SealedVariables1795531000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table docker_image add constraint docker_image_secrets_sealed check (
        jsonb_typeof(environment_variables) = 'array' and not environment_variables @? '$[*] ? (
          !(@.name.type() == "string")
          || exists(@.value) && (exists(@.sealed) || exists(@.keyId))
          || !(exists(@.value)) && !(exists(@.keyId) && @.sealed like_regex "^[A-Za-z0-9+/]{38,}={0,2}$"))')`);
    await runner.query(`
      create index docker_image_with_secrets on docker_image (model_version_id)
      where environment_variables @? '$[*].sealed'`);
  }

  /** The secrets stay as they are stored: nobody can read them without this migration, but they are not lost. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop index docker_image_with_secrets");
    await runner.query("alter table docker_image drop constraint docker_image_secrets_sealed");
  }
}
