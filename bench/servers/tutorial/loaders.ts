import DataLoader from "dataloader";
import { type DataSource, type EntityTarget, In, IsNull, type ObjectLiteral } from "typeorm";
import {
  Blob,
  DockerImage,
  Label,
  Model,
  ModelFile,
  ModelVersion,
  Parameter,
  SourceDatasetVersion,
  SourceExperiment,
  SourceLabel,
  SourceMetric,
  SourceParameter,
  User,
} from "./entities.ts";

/** A loader for each relation, new for each request. */
export function loaders(db: DataSource) {
  const one = <Row extends ObjectLiteral>(entity: EntityTarget<Row>, key: keyof Row & string = "id") =>
    new DataLoader<string, Row | null>(async (ids) => {
      const rows = await db.getRepository(entity).findBy({ [key]: In([...ids]) } as object);
      const byKey = new Map(rows.map((row) => [row[key], row]));
      return ids.map((id) => byKey.get(id as Row[keyof Row & string]) ?? null);
    });
  const many = <Row extends ObjectLiteral>(
    entity: EntityTarget<Row>,
    key: keyof Row & string,
    order: object,
    where: object = {},
  ) =>
    new DataLoader<string, Row[]>(async (ids) => {
      const rows = await db
        .getRepository(entity)
        .find({ where: { [key]: In([...ids]), ...where } as object, order });
      const byKey = new Map<string, Row[]>(ids.map((id) => [id, []]));
      for (const row of rows) byKey.get(row[key])?.push(row);
      return ids.map((id) => byKey.get(id) ?? []);
    });
  const live = { trashEntryId: IsNull() };
  return {
    user: one(User),
    model: one(Model),
    version: one(ModelVersion),
    blob: one(Blob),
    dockerImage: one(DockerImage, "modelVersionId"),
    sourceExperiment: one(SourceExperiment, "modelVersionId"),
    versions: many(ModelVersion, "modelId", { version: "DESC" }, live),
    labels: many(Label, "modelVersionId", { index: "ASC" }),
    parameters: many(Parameter, "modelVersionId", { position: "ASC" }),
    sourceParameters: many(SourceParameter, "modelVersionId", { position: "ASC" }),
    sourceMetrics: many(SourceMetric, "modelVersionId", { name: "ASC" }),
    sourceDatasetVersions: many(SourceDatasetVersion, "modelVersionId", { position: "ASC" }),
    sourceLabels: many(SourceLabel, "modelVersionId", { index: "ASC" }),
    files: many(ModelFile, "modelVersionId", { name: "ASC" }, live),
  };
}
