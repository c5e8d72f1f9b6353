import type { MigrationInterface, QueryRunner } from "typeorm";

export class FirstTables1795436412538 implements MigrationInterface {
  name = "FirstTables1795436412538";

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            CREATE TABLE "organization" (
                "id" uuid NOT NULL,
                "name" text NOT NULL,
                "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT clock_timestamp(),
                CONSTRAINT "organization_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "user_account" (
                "id" uuid NOT NULL,
                "name" text NOT NULL,
                "email" text NOT NULL,
                "picture_url" text,
                "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT clock_timestamp(),
                CONSTRAINT "user_email_taken" UNIQUE ("email"),
                CONSTRAINT "user_account_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "membership" (
                "organization_id" uuid NOT NULL,
                "user_id" uuid NOT NULL,
                "role" text NOT NULL,
                "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT clock_timestamp(),
                CONSTRAINT "membership_role" CHECK (role in ('VIEWER', 'EDITOR', 'ADMIN', 'OWNER')),
                CONSTRAINT "membership_pkey" PRIMARY KEY ("organization_id", "user_id")
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "api_token" (
                "id" uuid NOT NULL,
                "organization_id" uuid NOT NULL,
                "user_id" uuid NOT NULL,
                "name" text NOT NULL,
                "lookup" text NOT NULL,
                "digest" bytea NOT NULL,
                "expires_at" TIMESTAMP(3) WITH TIME ZONE,
                "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT clock_timestamp(),
                CONSTRAINT "api_token_lookup_taken" UNIQUE ("lookup"),
                CONSTRAINT "api_token_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "model" (
                "id" uuid NOT NULL,
                "organization_id" uuid NOT NULL,
                "name" text COLLATE "C" NOT NULL,
                "description" text,
                "last_version" integer NOT NULL DEFAULT '0',
                "created_by_id" uuid NOT NULL,
                "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT clock_timestamp(),
                "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT clock_timestamp(),
                CONSTRAINT "model_of_organization" UNIQUE ("organization_id", "id"),
                CONSTRAINT "model_name_taken" UNIQUE ("organization_id", "name"),
                CONSTRAINT "model_name_trimmed" CHECK (
                    name = btrim(name)
                    and name <> ''
                ),
                CONSTRAINT "model_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "model_by_update" ON "model" ("organization_id", "updated_at", "id")
        `);
    await queryRunner.query(`
            CREATE INDEX "model_by_creation" ON "model" ("organization_id", "created_at", "id")
        `);
    await queryRunner.query(`
            CREATE TABLE "model_version" (
                "id" uuid NOT NULL,
                "organization_id" uuid NOT NULL,
                "model_id" uuid NOT NULL,
                "name" text COLLATE "C" NOT NULL,
                "description" text,
                "version" integer NOT NULL,
                "type" text NOT NULL,
                "framework" text,
                "label_count" integer NOT NULL DEFAULT '0',
                "trainable" boolean NOT NULL DEFAULT false,
                "deployable" boolean NOT NULL DEFAULT false,
                "about_revision" integer NOT NULL DEFAULT '1',
                "labels_revision" integer NOT NULL DEFAULT '1',
                "parameters_revision" integer NOT NULL DEFAULT '1',
                "docker_image_revision" integer NOT NULL DEFAULT '1',
                "files_revision" integer NOT NULL DEFAULT '1',
                "created_by_id" uuid NOT NULL,
                "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT clock_timestamp(),
                "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT clock_timestamp(),
                CONSTRAINT "model_version_of_organization" UNIQUE ("organization_id", "id"),
                CONSTRAINT "model_version_number_taken" UNIQUE ("model_id", "version"),
                CONSTRAINT "model_version_name_taken" UNIQUE ("model_id", "name"),
                CONSTRAINT "model_version_framework" CHECK (framework in ('TENSORFLOW', 'PYTORCH', 'ONNX')),
                CONSTRAINT "model_version_type" CHECK (
                    type in (
                        'CLASSIFICATION',
                        'OBJECT_DETECTION',
                        'SEGMENTATION',
                        'POINT',
                        'LINE'
                    )
                ),
                CONSTRAINT "model_version_number_given" CHECK (version <> 0),
                CONSTRAINT "model_version_name_trimmed" CHECK (
                    name = btrim(name)
                    and name <> ''
                ),
                CONSTRAINT "model_version_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "model_version_by_update" ON "model_version" ("organization_id", "updated_at", "id")
        `);
    await queryRunner.query(`
            CREATE INDEX "model_version_by_creation" ON "model_version" ("organization_id", "created_at", "id")
        `);
    await queryRunner.query(`
            CREATE TABLE "docker_image" (
                "model_version_id" uuid NOT NULL,
                "image" text NOT NULL,
                "tag" text,
                "digest" text,
                "flags" text array NOT NULL,
                "environment_variables" jsonb NOT NULL,
                CONSTRAINT "docker_image_pkey" PRIMARY KEY ("model_version_id")
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "idempotency_key" (
                "organization_id" uuid NOT NULL,
                "user_id" uuid NOT NULL,
                "digest" bytea NOT NULL,
                "fingerprint" bytea NOT NULL,
                "created_id" uuid NOT NULL,
                "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT clock_timestamp(),
                CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("organization_id", "user_id", "digest")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "idempotency_key_by_age" ON "idempotency_key" ("created_at")
        `);
    await queryRunner.query(`
            CREATE TABLE "label" (
                "model_version_id" uuid NOT NULL,
                "index" integer NOT NULL,
                "name" text NOT NULL,
                CONSTRAINT "label_name_trimmed" CHECK (
                    name = btrim(name)
                    and name <> ''
                ),
                CONSTRAINT "label_pkey" PRIMARY KEY ("model_version_id", "index")
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "model_file" (
                "id" uuid NOT NULL,
                "organization_id" uuid NOT NULL,
                "model_version_id" uuid NOT NULL,
                "name" text COLLATE "C" NOT NULL,
                "filename" text NOT NULL,
                "size" bigint NOT NULL,
                "sha256" bytea NOT NULL,
                "created_by_id" uuid NOT NULL,
                "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL DEFAULT clock_timestamp(),
                CONSTRAINT "model_file_name_taken" UNIQUE ("model_version_id", "name"),
                CONSTRAINT "model_file_sha256_whole" CHECK (length(sha256) = 32),
                CONSTRAINT "model_file_size_known" CHECK (size >= 0),
                CONSTRAINT "model_file_pkey" PRIMARY KEY ("id")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "model_file_by_creation" ON "model_file" ("model_version_id", "created_at", "id")
        `);
    await queryRunner.query(`
            CREATE TABLE "parameter" (
                "model_version_id" uuid NOT NULL,
                "name" text COLLATE "C" NOT NULL,
                "type" text NOT NULL,
                "value" json NOT NULL,
                "position" integer NOT NULL,
                CONSTRAINT "parameter_name_trimmed" CHECK (
                    name = btrim(name)
                    and name <> ''
                ),
                CONSTRAINT "parameter_type" CHECK (
                    type in ('INTEGER', 'FLOAT', 'STRING', 'BOOLEAN', 'JSON')
                ),
                CONSTRAINT "parameter_pkey" PRIMARY KEY ("model_version_id", "name")
            )
        `);
    await queryRunner.query(`
            CREATE TABLE "source_experiment" (
                "model_version_id" uuid NOT NULL,
                "name" text NOT NULL,
                "url" text,
                "parameters" jsonb NOT NULL,
                "metrics" jsonb NOT NULL,
                "dataset_versions" jsonb NOT NULL,
                CONSTRAINT "source_experiment_pkey" PRIMARY KEY ("model_version_id")
            )
        `);
    await queryRunner.query(`
            ALTER TABLE "membership"
            ADD CONSTRAINT "membership_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE NO ACTION ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "membership"
            ADD CONSTRAINT "membership_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user_account"("id") ON DELETE NO ACTION ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "api_token"
            ADD CONSTRAINT "api_token_organization_id_user_id_fkey" FOREIGN KEY ("organization_id", "user_id") REFERENCES "membership"("organization_id", "user_id") ON DELETE NO ACTION ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "model"
            ADD CONSTRAINT "model_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE NO ACTION ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "model"
            ADD CONSTRAINT "model_organization_id_created_by_id_fkey" FOREIGN KEY ("organization_id", "created_by_id") REFERENCES "membership"("organization_id", "user_id") ON DELETE NO ACTION ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "model_version"
            ADD CONSTRAINT "model_version_organization_id_created_by_id_fkey" FOREIGN KEY ("organization_id", "created_by_id") REFERENCES "membership"("organization_id", "user_id") ON DELETE NO ACTION ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "model_version"
            ADD CONSTRAINT "model_version_organization_id_model_id_fkey" FOREIGN KEY ("organization_id", "model_id") REFERENCES "model"("organization_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "docker_image"
            ADD CONSTRAINT "docker_image_model_version_id_fkey" FOREIGN KEY ("model_version_id") REFERENCES "model_version"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "idempotency_key"
            ADD CONSTRAINT "idempotency_key_organization_id_user_id_fkey" FOREIGN KEY ("organization_id", "user_id") REFERENCES "membership"("organization_id", "user_id") ON DELETE NO ACTION ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "label"
            ADD CONSTRAINT "label_model_version_id_fkey" FOREIGN KEY ("model_version_id") REFERENCES "model_version"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "model_file"
            ADD CONSTRAINT "model_file_organization_id_created_by_id_fkey" FOREIGN KEY ("organization_id", "created_by_id") REFERENCES "membership"("organization_id", "user_id") ON DELETE NO ACTION ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "model_file"
            ADD CONSTRAINT "model_file_organization_id_model_version_id_fkey" FOREIGN KEY ("organization_id", "model_version_id") REFERENCES "model_version"("organization_id", "id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "parameter"
            ADD CONSTRAINT "parameter_model_version_id_fkey" FOREIGN KEY ("model_version_id") REFERENCES "model_version"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
    await queryRunner.query(`
            ALTER TABLE "source_experiment"
            ADD CONSTRAINT "source_experiment_model_version_id_fkey" FOREIGN KEY ("model_version_id") REFERENCES "model_version"("id") ON DELETE CASCADE ON UPDATE NO ACTION
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            ALTER TABLE "source_experiment" DROP CONSTRAINT "source_experiment_model_version_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "parameter" DROP CONSTRAINT "parameter_model_version_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "model_file" DROP CONSTRAINT "model_file_organization_id_model_version_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "model_file" DROP CONSTRAINT "model_file_organization_id_created_by_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "label" DROP CONSTRAINT "label_model_version_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "idempotency_key" DROP CONSTRAINT "idempotency_key_organization_id_user_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "docker_image" DROP CONSTRAINT "docker_image_model_version_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "model_version" DROP CONSTRAINT "model_version_organization_id_model_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "model_version" DROP CONSTRAINT "model_version_organization_id_created_by_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "model" DROP CONSTRAINT "model_organization_id_created_by_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "model" DROP CONSTRAINT "model_organization_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "api_token" DROP CONSTRAINT "api_token_organization_id_user_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "membership" DROP CONSTRAINT "membership_user_id_fkey"
        `);
    await queryRunner.query(`
            ALTER TABLE "membership" DROP CONSTRAINT "membership_organization_id_fkey"
        `);
    await queryRunner.query(`
            DROP TABLE "source_experiment"
        `);
    await queryRunner.query(`
            DROP TABLE "parameter"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."model_file_by_creation"
        `);
    await queryRunner.query(`
            DROP TABLE "model_file"
        `);
    await queryRunner.query(`
            DROP TABLE "label"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."idempotency_key_by_age"
        `);
    await queryRunner.query(`
            DROP TABLE "idempotency_key"
        `);
    await queryRunner.query(`
            DROP TABLE "docker_image"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."model_version_by_creation"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."model_version_by_update"
        `);
    await queryRunner.query(`
            DROP TABLE "model_version"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."model_by_creation"
        `);
    await queryRunner.query(`
            DROP INDEX "public"."model_by_update"
        `);
    await queryRunner.query(`
            DROP TABLE "model"
        `);
    await queryRunner.query(`
            DROP TABLE "api_token"
        `);
    await queryRunner.query(`
            DROP TABLE "membership"
        `);
    await queryRunner.query(`
            DROP TABLE "user_account"
        `);
    await queryRunner.query(`
            DROP TABLE "organization"
        `);
  }
}
