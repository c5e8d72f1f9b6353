import type { EntityManager } from "typeorm";
import { type Context, viewerOf } from "../context.ts";
import { type Problems, readName } from "../text.ts";
import { Refusal, refuse, UserErrorCode } from "../user-error.ts";
import { sealKey } from "./create-storage-connector.ts";
import { lockStorageConnector } from "./lock-storage-connector.ts";
import { checkKey } from "./read-s3-input.ts";
import type { UpdateStorageConnectorInput } from "./storage-connector.input.ts";
import { StorageConnector, StorageKind } from "./storage-connector.ts";

/** @throws Refusal */
export async function updateStorageConnector(
  tx: EntityManager,
  context: Context,
  uuid: string,
  { name, credentials }: UpdateStorageConnectorInput,
): Promise<void> {
  const problems: Problems = [];
  const changes: Partial<StorageConnector> = {};
  const field = ["input", "credentials"];
  if (name !== undefined) changes.name = readName(name, ["input", "name"], problems);
  if (credentials) checkKey(credentials, field, problems);
  if (problems.length > 0) throw new Refusal(problems);

  const connector = await lockStorageConnector(tx, viewerOf(context), uuid);
  if (credentials !== undefined) {
    const { kind, endpoint, bucket } = connector;
    if (kind !== StorageKind.S3 || bucket === null)
      refuse(UserErrorCode.INVALID, field, "Expected no credentials: it is a folder, and no object store.");
    context.storages.expectAllowed({ endpoint, bucket, hasKey: credentials !== null }, ["input"]);
    Object.assign(changes, sealKey(context, connector, credentials));
  }
  if (Object.keys(changes).length > 0) await tx.update(StorageConnector, { id: uuid }, changes);
}
