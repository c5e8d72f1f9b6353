import type { EntityManager } from "typeorm";
import { type Context, viewerOf } from "../context.ts";
import { onConstraint } from "../database-error.ts";
import { once } from "../idempotency-key/idempotency-key.ts";
import { limits } from "../limits.ts";
import { type Problems, readName } from "../text.ts";
import { Refusal, refuse, UserErrorCode } from "../user-error.ts";
import { connectorBinding } from "./connector-secrets.ts";
import { checkKey, readLocation } from "./read-s3-input.ts";
import type { CreateStorageConnectorInput, S3KeyInput } from "./storage-connector.input.ts";
import { StorageConnector, StorageKind } from "./storage-connector.ts";

onConstraint(
  "storage_connector_one_local_disk",
  UserErrorCode.TAKEN,
  ["input", "s3"],
  "The organization has the folder on the registry's own machine already.",
);

/** Only for who has the lock of the organization. @returns the UUID of the new connector. @throws Refusal */
export async function createStorageConnector(
  tx: EntityManager,
  context: Context,
  input: CreateStorageConnectorInput,
  idempotencyKey: string | null,
): Promise<string> {
  const viewer = viewerOf(context);
  const { organizationId, userId: createdById } = viewer;
  const problems: Problems = [];
  const name = readName(input.name, ["input", "name"], problems);
  const s3 = input.s3 && readLocation(input.s3, ["input", "s3"], problems);
  const key = input.s3?.credentials ?? null;
  if (key) checkKey(key, ["input", "s3", "credentials"], problems);
  if (problems.length > 0) throw new Refusal(problems);
  if (s3) context.storages.expectAllowed({ ...s3, hasKey: key !== null }, ["input", "s3"]);

  const request = { key: idempotencyKey, mutation: "createStorageConnector", input };
  return once(tx, viewer, request, async (id) => {
    await refuseTooMany(tx, organizationId);
    const kind = s3 ? StorageKind.S3 : StorageKind.LOCAL_DISK;
    const credentials = sealKey(context, { organizationId, id }, key);
    const row = { id, organizationId, createdById, name, kind, isDefault: false, ...s3, ...credentials };
    await tx.insert(StorageConnector, row);
  });
}

async function refuseTooMany(tx: EntityManager, organizationId: string): Promise<void> {
  const [{ count }] = await tx.query(
    "select count(*)::int as count from storage_connector where organization_id = $1",
    [organizationId],
  );
  const most = limits.storageConnectors;
  if (count >= most)
    refuse(
      UserErrorCode.INVALID,
      null,
      `Expected at most ${most} storage connectors, and there are ${count}.`,
    );
}

/** A key pair as it is stored; null for the credentials of the environment. */
export function sealKey(
  { keyring }: Context,
  connector: Pick<StorageConnector, "organizationId" | "id">,
  key: S3KeyInput | null,
): Pick<StorageConnector, "accessKeyId" | "secretAccessKey"> {
  if (key === null) return { accessKeyId: null, secretAccessKey: null };
  const secretAccessKey = keyring.seal(key.secretAccessKey, connectorBinding(connector));
  return { accessKeyId: key.accessKeyId, secretAccessKey };
}
