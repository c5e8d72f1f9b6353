import { randomUUID } from "node:crypto";
import { type DataSource, IsNull } from "typeorm";
import type { Viewer } from "../serve.ts";
import {
  Label,
  Model,
  type ModelFile,
  ModelVersion,
  Parameter,
  type SourceDatasetVersion,
  type SourceExperiment,
} from "./entities.ts";
import type { loaders } from "./loaders.ts";

export interface Context {
  db: DataSource;
  viewer: Viewer;
  load: ReturnType<typeof loaders>;
}

interface ListArgs {
  first: number;
  where?: { type?: { eq: string }; deployable?: { eq: boolean } };
  orderBy?: { field: string; direction: "ASC" | "DESC" };
}

interface CreateArgs {
  modelId: string;
  input: {
    name: string;
    type: string;
    labels?: { index: number; name: string }[];
    parameters?: { name: string; value: unknown }[];
  };
}

interface EditArgs {
  id: string;
  input: { operations: { set: { index: number; name: string } }[] };
}

interface Ancestor {
  modelVersion: ModelVersion;
}

/** As many of these as were asked for, and whether there are more. */
function page<Row>(rows: Row[], first: number) {
  return { nodes: rows.slice(0, first), pageInfo: { hasNextPage: rows.length > first } };
}

const orders: { [field: string]: string } = {
  VERSION: "version",
  NAME: "name",
  CREATED_AT: "createdAt",
  UPDATED_AT: "updatedAt",
};

const dates = {
  createdAt: (row: { createdAt: Date }) => row.createdAt.toISOString(),
  updatedAt: (row: { updatedAt: Date }) => row.updatedAt.toISOString(),
};

const createdBy = (row: { createdById: string }, _args: unknown, { load }: Context) =>
  load.user.load(row.createdById);

export const resolvers = {
  Query: {
    model: (_root: unknown, { by }: { by: { id: string } }, { db, viewer }: Context) =>
      db.getRepository(Model).findOneBy({
        ...{ id: by.id, organizationId: viewer.organization_id },
        trashEntryId: IsNull(),
      }),
    modelVersion: (_root: unknown, { by }: { by: { id: string } }, { db, viewer }: Context) =>
      db.getRepository(ModelVersion).findOneBy({
        ...{ id: by.id, organizationId: viewer.organization_id },
        trashEntryId: IsNull(),
      }),
    models: async (_root: unknown, { first }: ListArgs, { db, viewer }: Context) => {
      const where = { organizationId: viewer.organization_id, trashEntryId: IsNull() };
      const order = { updatedAt: "DESC", id: "DESC" } as const;
      return page(await db.getRepository(Model).find({ where, order, take: first + 1 }), first);
    },
    modelVersions: async (
      _root: unknown,
      { first, where: { type, deployable } = {}, orderBy }: ListArgs,
      { db, viewer }: Context,
    ) => {
      const where = {
        ...{ organizationId: viewer.organization_id, trashEntryId: IsNull() },
        ...(type && { type: type.eq }),
        ...(deployable && { deployable: deployable.eq }),
      };
      const { field = "UPDATED_AT", direction = "DESC" } = orderBy ?? {};
      const order = { [orders[field] ?? "id"]: direction, id: direction };
      return page(await db.getRepository(ModelVersion).find({ where, order, take: first + 1 }), first);
    },
  },
  Mutation: {
    createModelVersion: (_root: unknown, { modelId, input }: CreateArgs, { db, viewer }: Context) =>
      db.transaction(async (tx) => {
        const organizationId = viewer.organization_id;
        await tx.increment(Model, { id: modelId, organizationId }, "lastVersion", 1);
        const { lastVersion } = await tx.findOneByOrFail(Model, { id: modelId, organizationId });
        const labels = (input.labels ?? []).map((label) => tx.create(Label, label));
        const parameters = (input.parameters ?? []).map((parameter, position) =>
          tx.create(Parameter, { ...parameter, type: "INTEGER", position } as object),
        );
        const { name, type } = input;
        const about = {
          organizationId,
          modelId,
          name,
          type,
          version: lastVersion,
          createdById: viewer.user_id,
        };
        const id = randomUUID();
        await tx.save(tx.create(ModelVersion, { id, ...about, labels, parameters }));
        return { modelVersion: await tx.findOneBy(ModelVersion, { id }), userErrors: [] };
      }),
    updateLabelMap: (_root: unknown, { id, input }: EditArgs, { db, viewer }: Context) =>
      db.transaction(async (tx) => {
        const version = await tx.findOneByOrFail(ModelVersion, {
          ...{ id, organizationId: viewer.organization_id },
        });
        for (const { set } of input.operations) await tx.save(Label, { modelVersionId: id, ...set });
        version.labelsRevision += 1;
        return { modelVersion: await tx.save(version), userErrors: [] };
      }),
  },
  Model: {
    ...dates,
    createdBy,
    versions: async ({ id }: Model, { first }: ListArgs, { load }: Context) =>
      page(await load.versions.load(id), first),
  },
  ModelVersion: {
    ...dates,
    createdBy,
    model: ({ modelId }: ModelVersion, _args: unknown, { load }: Context) => load.model.load(modelId),
    labels: async ({ id }: ModelVersion, { first }: { first?: number }, { load }: Context) =>
      (await load.labels.load(id)).slice(0, first),
    parameters: ({ id }: ModelVersion, _args: unknown, { load }: Context) => load.parameters.load(id),
    dockerImage: ({ id }: ModelVersion, _args: unknown, { load }: Context) => load.dockerImage.load(id),
    files: async ({ id }: ModelVersion, _args: unknown, { load }: Context) => ({
      nodes: await load.files.load(id),
    }),
    sourceExperiment: ({ id }: ModelVersion, _args: unknown, { load }: Context) =>
      load.sourceExperiment.load(id),
    ancestors: async ({ baseModelVersionId }: ModelVersion, _args: unknown, { load }: Context) => {
      const found: ModelVersion[] = [];
      for (let next = baseModelVersionId; next; ) {
        const version = await load.version.load(next);
        if (!version || found.includes(version)) break;
        found.push(version);
        next = version.baseModelVersionId;
      }
      return found.map((modelVersion, index) => ({ distance: index + 1, modelVersion }));
    },
    trainable: ({ trainable }: ModelVersion) => ({ ready: trainable }),
    deployable: ({ deployable }: ModelVersion) => ({ ready: deployable }),
  },
  Ancestor: {
    modelName: async ({ modelVersion }: Ancestor, _args: unknown, { load }: Context) =>
      (await load.model.load(modelVersion.modelId))?.name,
    name: ({ modelVersion }: Ancestor) => modelVersion.name,
    version: ({ modelVersion }: Ancestor) => modelVersion.version,
  },
  SourceExperiment: {
    parameters: ({ modelVersionId }: SourceExperiment, _args: unknown, { load }: Context) =>
      load.sourceParameters.load(modelVersionId),
    metrics: ({ modelVersionId }: SourceExperiment, _args: unknown, { load }: Context) =>
      load.sourceMetrics.load(modelVersionId),
    datasetVersions: ({ modelVersionId }: SourceExperiment, _args: unknown, { load }: Context) =>
      load.sourceDatasetVersions.load(modelVersionId),
  },
  DatasetVersion: {
    labels: async ({ modelVersionId, alias }: SourceDatasetVersion, _args: unknown, { load }: Context) =>
      (await load.sourceLabels.load(modelVersionId)).filter((label) => label.alias === alias),
  },
  ModelFile: {
    createdAt: dates.createdAt,
    createdBy,
    size: async ({ blobId }: ModelFile, _args: unknown, { load }: Context) =>
      (await load.blob.load(blobId))?.size,
    sha256: async ({ blobId }: ModelFile, _args: unknown, { load }: Context) =>
      (await load.blob.load(blobId))?.sha256.toString("hex"),
  },
};
