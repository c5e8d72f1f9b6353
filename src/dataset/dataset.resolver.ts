import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, ID, Info, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import { type Context, organizationOf, viewerOf } from "../context.ts";
import { idempotencyKeyDescription } from "../idempotency-key/idempotency-key.ts";
import { create, edit } from "../mutation.ts";
import { uuidOf } from "../node/id.ts";
import type { Connection } from "../page/connection.ts";
import { Direction, PageArgs } from "../page/page-args.ts";
import { type Payload, payloadType } from "../payload.ts";
import { HandsOn, Reads } from "../read-ahead/reads.ts";
import type { Soon } from "../read-ahead/soon.ts";
import { dryRunDescription, expectedRevisionDescription } from "../revision.ts";
import { normalizeName } from "../text.ts";
import { authorOf, User } from "../user/user.ts";
import {
  CreateDatasetInput,
  DatasetBy,
  DatasetOrder,
  DatasetOrderField,
  DatasetWhere,
  UpdateDatasetInput,
} from "./dataset.input.ts";
import { Dataset, DatasetConnection, datasetById, datasetByName, datasetsOf } from "./dataset.ts";
import { createDataset, deleteDataset, updateDataset } from "./write-dataset.ts";

const CreateDatasetPayload = payloadType("createDataset", {
  dataset: [Dataset, "The new dataset; null when it was refused."],
});

const UpdateDatasetPayload = payloadType("updateDataset", {
  dataset: [Dataset, "The dataset as it is now, also when the edit was refused; null when there is none."],
});

const DeleteDatasetPayload = payloadType("deleteDataset", {
  dataset: [Dataset, "The dataset, when it was not deleted; null when there is none any more."],
});

@Resolver(() => Dataset)
export class DatasetResolver {
  @HandsOn()
  @Query(() => Dataset, { nullable: true, description: "One dataset; null when there is none." })
  dataset(
    @Arg("by", () => DatasetBy, { description: "How to find it." }) by: DatasetBy,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Dataset | null> {
    return findDataset(context, by, ["by"], info);
  }

  @HandsOn()
  @Query(() => DatasetConnection, { description: "The datasets of the organization." })
  datasets(
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => DatasetWhere, { nullable: true, description: "Which datasets." })
    where: DatasetWhere | null,
    @Arg("orderBy", () => DatasetOrder, {
      defaultValue: { field: DatasetOrderField.UPDATED_AT, direction: Direction.DESC },
      description: "In which order.",
    })
    orderBy: DatasetOrder,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Soon<Connection<Dataset>> {
    return datasetsOf(context, organizationOf(context), { page, where, orderBy }, info);
  }

  @Mutation(() => CreateDatasetPayload, { description: "Makes a dataset known, without versions." })
  async createDataset(
    @Arg("input", () => CreateDatasetInput, { description: "The new dataset." }) input: CreateDatasetInput,
    @Arg("idempotencyKey", () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<Payload<{ dataset: Dataset }>> {
    const { row, userErrors } = await create(context, {
      idempotencyKey,
      write: (tx) => createDataset(tx, viewerOf(context), input, idempotencyKey),
      read: datasetById,
    });
    return { dataset: row, userErrors };
  }

  @Mutation(() => UpdateDatasetPayload, { description: "Changes the name or the description of a dataset." })
  async updateDataset(
    @Arg("id", () => ID, { description: "The dataset." }) id: string,
    @Arg("input", () => UpdateDatasetInput, { description: "The changes." }) input: UpdateDatasetInput,
    @Arg("expectedRevision", () => Int, { nullable: true, description: expectedRevisionDescription })
    expectedRevision: number | null,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
  ): Promise<Payload<{ dataset: Dataset }>> {
    const { row, userErrors } = await edit(context, {
      type: "Dataset",
      id,
      dryRun,
      write: (tx, uuid) => updateDataset(tx, viewerOf(context), uuid, input, expectedRevision),
      read: datasetById,
    });
    return { dataset: row, userErrors };
  }

  @Mutation(() => DeleteDatasetPayload, {
    description:
      "Deletes a dataset that has no versions; it does not come back. The data itself lives elsewhere.",
  })
  async deleteDataset(
    @Arg("id", () => ID, { description: "The dataset." }) id: string,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
  ): Promise<Payload<{ dataset: Dataset }>> {
    const { row, userErrors } = await edit(context, {
      type: "Dataset",
      id,
      dryRun,
      write: (tx, uuid) => deleteDataset(tx, viewerOf(context), uuid),
      read: datasetById,
    });
    return { dataset: row, userErrors };
  }

  @Reads(authorOf)
  @FieldResolver(() => User, { description: "Who created the dataset." })
  createdBy(@Root() dataset: Dataset, @Ctx() context: Context): Soon<User | null> {
    return authorOf(context, dataset);
  }
}

/** @throws Refusal at `field` when the id is not one of a dataset. */
export async function findDataset(
  context: Context,
  by: DatasetBy,
  field: string[],
  info?: GraphQLResolveInfo,
): Promise<Dataset | null> {
  if (by.id !== undefined) return datasetById(context, uuidOf("Dataset", by.id, [...field, "id"]), info);
  return datasetByName(context, { name: normalizeName(String(by.name)) }, undefined, info);
}
