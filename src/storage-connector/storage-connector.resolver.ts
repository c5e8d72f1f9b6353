import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from "type-graphql";
import type { EntityManager as Tx } from "typeorm";
import { type Context, viewerOf } from "../context.ts";
import { idempotencyKeyDescription } from "../idempotency-key/idempotency-key.ts";
import { includes } from "../member/role.ts";
import { create, edit } from "../mutation.ts";
import { type Payload, payloadType } from "../payload.ts";
import { seenBy } from "../permissions.ts";
import { Reads } from "../read-ahead/reads.ts";
import type { Soon } from "../read-ahead/soon.ts";
import { rows } from "../rows.ts";
import { authorOf, User } from "../user/user.ts";
import { createStorageConnector } from "./create-storage-connector.ts";
import { deleteStorageConnector } from "./delete-storage-connector.ts";
import { lockStorageConnector } from "./lock-storage-connector.ts";
import { S3Settings, s3SettingsOf } from "./s3-settings.ts";
import { setDefaultStorageConnector } from "./set-default-storage-connector.ts";
import { CreateStorageConnectorInput, UpdateStorageConnectorInput } from "./storage-connector.input.ts";
import { StorageConnector, storageConnectorById } from "./storage-connector.ts";
import { StorageTest } from "./storage-test.ts";
import { testStorage } from "./test-storage.ts";
import { updateStorageConnector } from "./update-storage-connector.ts";

const type = "StorageConnector";
const now = [StorageConnector, "The storage connector as it is now; null when there is none."] as [
  object,
  string,
];

const CreateStorageConnectorPayload = payloadType("createStorageConnector", {
  storageConnector: [StorageConnector, "The new storage connector; null when it was refused."],
});
const UpdateStorageConnectorPayload = payloadType("updateStorageConnector", { storageConnector: now });
const SetDefaultStorageConnectorPayload = payloadType("setDefaultStorageConnector", {
  storageConnector: now,
});
const DeleteStorageConnectorPayload = payloadType("deleteStorageConnector", {
  deletedId: [ID, "The id that the storage connector had; null when it was refused."],
});
const TestStorageConnectorPayload = payloadType("testStorageConnector", {
  storageConnector: now,
  test: [StorageTest, "What came of it; null when there is no such storage connector."],
});

@Resolver(() => StorageConnector)
export class StorageConnectorResolver {
  @Query(() => [StorageConnector], {
    description: "Where the organization's files live, by name. New files go to the default one.",
  })
  storageConnectors(@Ctx() context: Context): Promise<StorageConnector[]> {
    const { organizationId } = viewerOf(context);
    return rows(context.db, StorageConnector, "where r.organization_id = $1 order by r.name", [
      organizationId,
    ]);
  }

  @Mutation(() => CreateStorageConnectorPayload, {
    description:
      "Adds a storage connector. Nothing is written to it before it is the default one, or tested.",
  })
  async createStorageConnector(
    @Arg("input", () => CreateStorageConnectorInput, { description: "The new storage connector." })
    input: CreateStorageConnectorInput,
    @Arg("idempotencyKey", () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<Payload<{ storageConnector: StorageConnector }>> {
    const { row, userErrors } = await create(context, {
      idempotencyKey,
      access: "ALONE",
      write: (tx) => createStorageConnector(tx, context, input, idempotencyKey),
      read: storageConnectorById,
    });
    return { storageConnector: row, userErrors };
  }

  @Mutation(() => UpdateStorageConnectorPayload, {
    description: "Changes the name or the credentials of a storage connector, for what is in it already too.",
  })
  async updateStorageConnector(
    @Arg("id", () => ID, { description: "The storage connector." }) id: string,
    @Arg("input", () => UpdateStorageConnectorInput, { description: "The changes." })
    input: UpdateStorageConnectorInput,
    @Ctx() context: Context,
  ): Promise<Payload<{ storageConnector: StorageConnector }>> {
    const write = (tx: Tx, uuid: string) => updateStorageConnector(tx, context, uuid, input);
    const { row, userErrors } = await edit(context, { type, id, write, read: storageConnectorById });
    return { storageConnector: row, userErrors };
  }

  @Mutation(() => TestStorageConnectorPayload, {
    description:
      "Tries all that the registry does with a storage: writes a few bytes, reads them back, and removes them.",
  })
  async testStorageConnector(
    @Arg("id", () => ID, { description: "The storage connector." }) id: string,
    @Ctx() context: Context,
  ): Promise<Payload<{ storageConnector: StorageConnector; test: StorageTest }>> {
    const write = (tx: Tx, uuid: string) => lockStorageConnector(tx, viewerOf(context), uuid);
    const { row, result, userErrors } = await edit(context, { type, id, write, read: storageConnectorById });
    const test = result && (await testStorage(() => context.storages.open(result)));
    return { storageConnector: row, test, userErrors };
  }

  @Mutation(() => SetDefaultStorageConnectorPayload, {
    description: "Lets new files go to this storage connector. Those that are there stay where they are.",
  })
  async setDefaultStorageConnector(
    @Arg("id", () => ID, { description: "The storage connector." }) id: string,
    @Ctx() context: Context,
  ): Promise<Payload<{ storageConnector: StorageConnector }>> {
    const write = (tx: Tx, uuid: string) => setDefaultStorageConnector(tx, viewerOf(context), uuid);
    const { row, userErrors } = await edit(context, {
      type,
      id,
      access: "ALONE",
      write,
      read: storageConnectorById,
    });
    return { storageConnector: row, userErrors };
  }

  @Mutation(() => DeleteStorageConnectorPayload, {
    description: "Forgets a storage connector that is not the default one, and in which no file is any more.",
  })
  async deleteStorageConnector(
    @Arg("id", () => ID, { description: "The storage connector." }) id: string,
    @Arg("abandon", () => Boolean, {
      defaultValue: false,
      description:
        "Whether to leave in a bucket what no file has any more, and what could not be removed from it yet: for an object store that is gone, or " +
        "never was where the connector leads. Nobody removes it then.",
    })
    abandon: boolean,
    @Ctx() context: Context,
  ): Promise<Payload<{ deletedId: string }>> {
    const write = (tx: Tx, uuid: string) => deleteStorageConnector(tx, viewerOf(context), uuid, abandon);
    const { userErrors } = await edit(context, { type, id, access: "ALONE", write, read: async () => null });
    return { deletedId: userErrors.length > 0 ? null : id, userErrors };
  }

  @FieldResolver(() => S3Settings, {
    nullable: true,
    description: "Its bucket; null for a local disk, and for viewers below the role ADMIN.",
  })
  s3(@Root() connector: StorageConnector, @Ctx() context: Context): S3Settings | null {
    return includes(viewerOf(context).role, seenBy.S3Settings) ? s3SettingsOf(connector) : null;
  }

  @Reads(authorOf)
  @FieldResolver(() => User, {
    nullable: true,
    description: "Who added it; null for the one that every organization begins with.",
  })
  createdBy(@Root() row: StorageConnector, @Ctx() context: Context): Soon<User | null> {
    return authorOf(context, row);
  }
}
