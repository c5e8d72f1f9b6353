import { Check, Column, Entity, ForeignKey, PrimaryColumn } from "typeorm";
import { labelsIn } from "../label/label.ts";
import type { PartTable } from "../part-table.ts";
import { DatasetVersion } from "./dataset-version.ts";

/** One label of a dataset version; clients see a `Label`. */
@Entity()
@Check("dataset_label_name_trimmed", "name = btrim(name) and name <> ''")
export class DatasetLabel {
  @PrimaryColumn("uuid")
  @ForeignKey(() => DatasetVersion, { onDelete: "CASCADE" })
  datasetVersionId!: string;

  @PrimaryColumn("int")
  index!: number;

  @Column("text")
  name!: string;
}

export const datasetLabels: PartTable = { table: "dataset_label", owner: "dataset_version_id" };

export const labelsOfDatasetVersion = labelsIn(datasetLabels);
