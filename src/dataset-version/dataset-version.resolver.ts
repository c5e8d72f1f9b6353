import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, ID, Info, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import { type Context, organizationOf, viewerOf } from "../context.ts";
import { findDataset } from "../dataset/dataset.resolver.ts";
import { Dataset, datasetOfVersion } from "../dataset/dataset.ts";
import { idempotencyKeyDescription } from "../idempotency-key/idempotency-key.ts";
import { firstLabels, firstLabelsDescription, ReadsFirstLabels } from "../label/first-labels.ts";
import { Label, type LabelRow } from "../label/label.ts";
import { create, edit } from "../mutation.ts";
import { uuidOf } from "../node/id.ts";
import type { Connection } from "../page/connection.ts";
import { pageRequest } from "../page/page.ts";
import { Direction, PageArgs } from "../page/page-args.ts";
import { type Payload, payloadType } from "../payload.ts";
import { HandsOn, Reads } from "../read-ahead/reads.ts";
import type { Soon } from "../read-ahead/soon.ts";
import { dryRunDescription, expectedRevisionDescription } from "../revision.ts";
import { normalizeName } from "../text.ts";
import { authorOf, User } from "../user/user.ts";
import { labelsOfDatasetVersion } from "./dataset-label.ts";
import {
  CreateDatasetVersionInput,
  DatasetVersionBy,
  DatasetVersionOrder,
  DatasetVersionOrderField,
  DatasetVersionWhere,
  UpdateDatasetVersionInput,
} from "./dataset-version.input.ts";
import {
  DatasetVersion,
  DatasetVersionConnection,
  datasetVersionById,
  datasetVersionByName,
  datasetVersionsOfOrganization,
  versionsOfDataset,
} from "./dataset-version.ts";
import { createDatasetVersion, deleteDatasetVersion, updateDatasetVersion } from "./write-dataset-version.ts";

const CreateDatasetVersionPayload = payloadType("createDatasetVersion", {
  datasetVersion: [DatasetVersion, "The new version; null when it was refused."],
});

const UpdateDatasetVersionPayload = payloadType("updateDatasetVersion", {
  datasetVersion: [
    DatasetVersion,
    "The version as it is now, also when the edit was refused; null when there is none.",
  ],
});

const DeleteDatasetVersionPayload = payloadType("deleteDatasetVersion", {
  datasetVersion: [DatasetVersion, "The version, when it was not deleted; null when there is none any more."],
});

@Resolver(() => DatasetVersion)
export class DatasetVersionResolver {
  @HandsOn()
  @Query(() => DatasetVersion, {
    nullable: true,
    description: "One version of a dataset; null when there is none.",
  })
  async datasetVersion(
    @Arg("by", () => DatasetVersionBy, { description: "How to find it." }) by: DatasetVersionBy,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<DatasetVersion | null> {
    if (!by.name)
      return datasetVersionById(context, uuidOf("DatasetVersion", String(by.id), ["by", "id"]), info);
    const dataset = await findDataset(context, by.name.dataset, ["by", "name", "dataset"]);
    if (!dataset) return null;
    const key = { datasetId: dataset.id, name: normalizeName(by.name.name) };
    return datasetVersionByName(context, key, undefined, info);
  }

  @HandsOn()
  @Query(() => DatasetVersionConnection, { description: "The versions of all datasets of the organization." })
  datasetVersions(
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => DatasetVersionWhere, { nullable: true, description: "Which versions." })
    where: DatasetVersionWhere | null,
    @Arg("orderBy", () => DatasetVersionOrder, {
      defaultValue: { field: DatasetVersionOrderField.UPDATED_AT, direction: Direction.DESC },
      description: "In which order.",
    })
    orderBy: DatasetVersionOrder,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Soon<Connection<DatasetVersion>> {
    return datasetVersionsOfOrganization(context, organizationOf(context), { page, where, orderBy }, info);
  }

  @Mutation(() => CreateDatasetVersionPayload, { description: "Makes a version of a dataset known." })
  async createDatasetVersion(
    @Arg("datasetId", () => ID, { description: "The dataset that gets the version." }) datasetId: string,
    @Arg("input", () => CreateDatasetVersionInput, { description: "The new version." })
    input: CreateDatasetVersionInput,
    @Arg("idempotencyKey", () => String, { nullable: true, description: idempotencyKeyDescription })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<Payload<{ datasetVersion: DatasetVersion }>> {
    const { row, userErrors } = await create(context, {
      idempotencyKey,
      write: (tx) => createDatasetVersion(tx, viewerOf(context), { datasetId, input, idempotencyKey }),
      read: datasetVersionById,
    });
    return { datasetVersion: row, userErrors };
  }

  @Mutation(() => UpdateDatasetVersionPayload, {
    description: "Changes a version of a dataset, its label map included.",
  })
  async updateDatasetVersion(
    @Arg("id", () => ID, { description: "The version of the dataset." }) id: string,
    @Arg("input", () => UpdateDatasetVersionInput, { description: "The changes." })
    input: UpdateDatasetVersionInput,
    @Arg("expectedRevision", () => Int, { nullable: true, description: expectedRevisionDescription })
    expectedRevision: number | null,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
  ): Promise<Payload<{ datasetVersion: DatasetVersion }>> {
    const { row, userErrors } = await edit(context, {
      type: "DatasetVersion",
      id,
      dryRun,
      write: (tx, uuid) => updateDatasetVersion(tx, viewerOf(context), uuid, input, expectedRevision),
      read: datasetVersionById,
    });
    return { datasetVersion: row, userErrors };
  }

  @Mutation(() => DeleteDatasetVersionPayload, {
    description:
      "Deletes a version of a dataset that no experiment uses; it does not come back. The data itself lives elsewhere.",
  })
  async deleteDatasetVersion(
    @Arg("id", () => ID, { description: "The version of the dataset." }) id: string,
    @Arg("dryRun", () => Boolean, { defaultValue: false, description: dryRunDescription }) dryRun: boolean,
    @Ctx() context: Context,
  ): Promise<Payload<{ datasetVersion: DatasetVersion }>> {
    const { row, userErrors } = await edit(context, {
      type: "DatasetVersion",
      id,
      dryRun,
      write: (tx, uuid) => deleteDatasetVersion(tx, viewerOf(context), uuid),
      read: datasetVersionById,
    });
    return { datasetVersion: row, userErrors };
  }
}

@Resolver(() => DatasetVersion)
export class PartsOfDatasetVersionResolver {
  @Reads(datasetOfVersion)
  @FieldResolver(() => Dataset, { description: "The dataset that it is a version of." })
  dataset(@Root() version: DatasetVersion, @Ctx() context: Context): Soon<Dataset | null> {
    return datasetOfVersion(context, version);
  }

  @ReadsFirstLabels(labelsOfDatasetVersion)
  @FieldResolver(() => [Label], { description: "The label map, in the order of the indexes." })
  labels(
    @Root() version: DatasetVersion,
    @Arg("first", () => Int, { nullable: true, description: firstLabelsDescription }) first: number | null,
    @Ctx() context: Context,
  ): Soon<LabelRow[]> {
    return firstLabels(context, labelsOfDatasetVersion, version, first);
  }

  @Reads(authorOf)
  @FieldResolver(() => User, { description: "Who created the version." })
  createdBy(@Root() version: DatasetVersion, @Ctx() context: Context): Soon<User | null> {
    return authorOf(context, version);
  }
}

@Resolver(() => Dataset)
export class VersionsOfDatasetResolver {
  @Reads(versionsOfDataset, { args: pageRequest })
  @FieldResolver(() => DatasetVersionConnection, { description: "The versions of the dataset." })
  versions(
    @Root() dataset: Dataset,
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => DatasetVersionWhere, { nullable: true, description: "Which versions." })
    where: DatasetVersionWhere | null,
    @Arg("orderBy", () => DatasetVersionOrder, {
      defaultValue: { field: DatasetVersionOrderField.CREATED_AT, direction: Direction.DESC },
      description: "In which order.",
    })
    orderBy: DatasetVersionOrder,
    @Ctx() context: Context,
  ): Soon<Connection<DatasetVersion>> {
    return versionsOfDataset(context, dataset, { page, where, orderBy });
  }
}
