import { beforeAll, expect, test } from "@jest/globals";
import type { DataSource } from "typeorm";
import { authenticate } from "../src/api-token/authenticate.ts";
import { apiTokenSecret, newSecret } from "../src/api-token/secret.ts";
import { createDataSource } from "../src/data-source.ts";
import { databaseUrl } from "./support/database.ts";
import { aRegistry, type Registry } from "./support/registry.ts";
import { aFile, aModel, aSourceExperiment, aVersion, uuid, wholeForm } from "./support/seed.ts";

let registry: Registry;
let versionId: string;

beforeAll(async () => {
  registry = await aRegistry();
  versionId = uuid(await aVersion(registry, await aModel(registry), wholeForm));
});

test("every migration can be taken back", async () => {
  const db = await createDataSource(await databaseUrl(`down_${process.env.TEST_RUN}`)).initialize();
  await db.runMigrations();
  const left = async (source: DataSource) =>
    source.query(
      "select relname from pg_class where relnamespace = 'public'::regnamespace and relname !~ '^migrations'",
    );
  expect(await left(db)).not.toEqual([]);
  for (const _migration of db.migrations) await db.undoLastMigration();
  expect(await left(db)).toEqual([]);
  // An extension stays: it may be of use to others.
  const functions = `select proname from pg_proc where pronamespace = 'public'::regnamespace
    and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')`;
  expect(await db.query(functions)).toEqual([]);
  await db.runMigrations();
  await db.destroy();
});

test("tokens and members of the first tables keep their access", async () => {
  const db = await createDataSource(await databaseUrl(`people_${process.env.TEST_RUN}`)).initialize();
  await db.runMigrations();
  const newest = async () => (await db.query("select name from migrations order by id desc limit 1"))[0].name;
  while (!/^DerivedColumns/.test(await newest())) await db.undoLastMigration();

  const { text, digest } = newSecret(apiTokenSecret);
  const id = "01a20c38-1d95-77a2-98fa-9009b97dc137";
  await db.query("insert into organization (id, name) values ($1, 'Acme')", [id]);
  await db.query("insert into user_account (id, name, email) values ($1, 'Ada', 'Ada@Example.com')", [id]);
  await db.query("insert into membership (organization_id, user_id, role) values ($1, $1, 'OWNER')", [id]);
  await db.query(
    "insert into api_token (id, organization_id, user_id, name, lookup, digest) values ($1, $1, $1, 'First start', $2, $3)",
    [id, text.slice(5, 16), digest],
  );
  await db.runMigrations();
  expect(await authenticate(db, `Bearer ${text}`)).toMatchObject({
    organizationId: id,
    userId: id,
    role: "OWNER",
  });
  expect(await db.query("select prefix, role, created_by_id from api_token")).toEqual([
    { prefix: text.slice(0, 16), role: "OWNER", created_by_id: id },
  ]);
  expect(await db.query("select email, removed_at from member")).toEqual([
    { email: "ada@example.com", removed_at: null },
  ]);
  await db.destroy();
});

test("what was updated before it was created is taken to be updated then", async () => {
  const db = await createDataSource(await databaseUrl(`moments_${process.env.TEST_RUN}`)).initialize();
  await db.runMigrations();
  const newest = async () => (await db.query("select name from migrations order by id desc limit 1"))[0].name;
  while (!/^CountedByKey/.test(await newest())) await db.undoLastMigration();
  const id = "01a20c38-1d95-77a2-98fa-9009b97dc137";
  await db.transaction(async (tx) => {
    await tx.query("insert into organization (id, name) values ($1, 'Acme')", [id]);
    await tx.query("insert into user_account (id, name, email) values ($1, 'Ada', 'ada@example.com')", [id]);
    await tx.query(
      "insert into member (id, organization_id, user_id, email, role) values ($1, $1, $1, 'ada@example.com', 'OWNER')",
      [id],
    );
  });
  for (const table of ["model", "dataset"])
    await db.query(
      `insert into ${table} (id, organization_id, name, created_by_id, created_at, updated_at)
       values ($1, $1, 'PPE', $1, '2026-02-01Z', '2026-01-01Z')`,
      [id],
    );
  await db.runMigrations();
  for (const table of ["model", "dataset"])
    expect(await db.query(`select from ${table} where updated_at = created_at`)).toHaveLength(1);
  await db.destroy();
});

test("what is in the trash comes back when the trash is taken away", async () => {
  const db = await createDataSource(await databaseUrl(`trash_down_${process.env.TEST_RUN}`)).initialize();
  await db.runMigrations();
  const organization = "01a2085d-7a6e-7686-917e-4c40ceedf259";
  await db.transaction(async (tx) => {
    await tx.query("insert into organization (id, name) values ($1, 'Acme')", [organization]);
    await tx.query("insert into user_account (id, name, email) values ($1, 'Ada', 'ada@acme')", [
      organization,
    ]);
    await tx.query(
      "insert into member (id, organization_id, user_id, email, role) values ($1, $1, $1, 'ada@acme', 'OWNER')",
      [organization],
    );
  });
  for (const name of ["PPE", "Lanes"]) {
    const [{ id }] = await db.query(
      `insert into model (id, organization_id, name, created_by_id) values (gen_random_uuid(), $1, $2, $1) returning id`,
      [organization, name],
    );
    await db.query(
      `insert into trash_entry (id, organization_id, kind, name, deleted_by_id, purge_at)
       values ($1, $2, 'MODEL', $3, $2, now())`,
      [id, organization, name],
    );
    await db.query("update model set trash_entry_id = id where id = $1", [id]);
  }
  await db.query("update trash_entry set purged_at = now() where name = 'Lanes'");
  await db.query(
    "insert into model (id, organization_id, name, created_by_id) values (gen_random_uuid(), $1, 'PPE', $1)",
    [organization],
  );
  const isThere = () => db.query("select from migrations where name like 'Trash%'");
  while ((await isThere()).length > 0) await db.undoLastMigration();
  const names: { name: string }[] = await db.query("select name from model order by name");
  const uuids = "[0-9a-f-]{36}";
  expect(names.map(({ name }) => name)).toEqual([
    expect.stringMatching(`^Lanes ${uuids}$`),
    "PPE",
    expect.stringMatching(`^PPE ${uuids}$`),
  ]);
  await db.runMigrations();
  await db.destroy();
});

const derived = async () => {
  const [row] = await registry.db.query(
    "select label_count, trainable, deployable from model_version where id = $1",
    [versionId],
  );
  return row;
};

test("what a version shows of its children follows every way of writing them", async () => {
  const { db } = registry;
  expect(await derived()).toEqual({ label_count: 3, trainable: true, deployable: false });
  await db.query("delete from label where model_version_id = $1 and index < 2", [versionId]);
  await db.query("delete from docker_image where model_version_id = $1", [versionId]);
  const files = [
    await aFile(registry, `ModelVersion_${versionId.replaceAll("-", "")}`),
    await aFile(registry, `ModelVersion_${versionId.replaceAll("-", "")}`),
  ];
  expect(await derived()).toEqual({ label_count: 1, trainable: false, deployable: true });
  await db.query("delete from model_file where id = $1", [files[0]]);
  expect((await derived()).deployable).toBe(true);
  await db.query("delete from model_file where id = $1", [files[1]]);
  expect((await derived()).deployable).toBe(false);
});

test("the database refuses to change a source experiment", async () => {
  const id = await aVersion(registry, await aModel(registry));
  await aSourceExperiment(registry, id);
  await expect(
    registry.db.query("update source_experiment set name = 'x' where model_version_id = $1", [uuid(id)]),
  ).rejects.toThrow("source_experiment is frozen");
});

test.each([
  [
    "a version under a foreign model",
    "insert into model_version (id, organization_id, model_id, created_by_id, name, version, type) select gen_random_uuid(), $1, id, $2, 'x', 99, 'LINE' from model where organization_id <> $1 limit 1",
  ],
  [
    "an author who is no member",
    "update model set created_by_id = gen_random_uuid() where organization_id = $1 and $2::uuid is not null",
  ],
  [
    "a name with spaces around it",
    "update model set name = ' x' where organization_id = $1 and $2::uuid is not null",
  ],
  [
    "a type that does not exist",
    "update model_version set type = 'AUDIO' where organization_id = $1 and $2::uuid is not null",
  ],
  [
    "the number 0",
    "update model_version set version = 0 where organization_id = $1 and $2::uuid is not null",
  ],
  [
    "a version that never gets its number",
    `insert into model_version (id, organization_id, model_id, version, name, type, created_by_id)
     select gen_random_uuid(), $1, id, -7, 'None', 'LINE', $2 from model where organization_id = $1 limit 1`,
  ],
])("the database refuses %s", async (_what, statement) => {
  await aModel(await aRegistry());
  await expect(registry.db.query(statement, [registry.organizationId, registry.userId])).rejects.toThrow(
    /violates (foreign key|check) constraint|needs its number/,
  );
});

test("whatever refers to something of an organization refers to it within the organization", async () => {
  const crossing: { name: string }[] = await registry.db.query(`
    select c.conname as name from pg_constraint c
    join pg_attribute child on child.attrelid = c.conrelid and child.attname = 'organization_id'
    join pg_attribute parent on parent.attrelid = c.confrelid and parent.attname = 'organization_id'
    where c.contype = 'f' and not child.attnum = any(c.conkey)`);
  expect(crossing).toEqual([]);
  const [{ within }] = await registry.db.query(`
    select count(*)::int as within from pg_constraint c
    join pg_attribute child on child.attrelid = c.conrelid and child.attname = 'organization_id'
    where c.contype = 'f' and child.attnum = any(c.conkey) and array_length(c.conkey, 1) > 1`);
  expect(within).toBeGreaterThan(15);
});

const searchIndexes = `select indexrelid::regclass::text as name from pg_index
  where indexrelid::regclass::text like '%\\_search' order by 1`;

test("without the right to install pg_trgm, the registry starts without the indexes of searches", async () => {
  const name = `untrusted_${process.env.TEST_RUN}`;
  const url = new URL(await databaseUrl(name));
  await registry.db.query(`create role ${name} login password '${name}'`);
  const owner = await createDataSource(url.href).initialize();
  await owner.query(`grant all on schema public to ${name}`);
  url.username = url.password = name;
  const db = await createDataSource(url.href).initialize();
  await db.runMigrations();
  expect(await db.query(searchIndexes)).toEqual([]);
  await db.destroy();
  await owner.query(`drop owned by ${name}`);
  await owner.query(`drop role ${name}`);
  await owner.destroy();
});
