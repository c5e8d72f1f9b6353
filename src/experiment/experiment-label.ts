import { Check, Column, Entity, ForeignKey, PrimaryColumn } from "typeorm";
import { labelsIn } from "../label/label.ts";
import type { PartTable } from "../part-table.ts";
import { Experiment } from "./experiment.ts";

/** One label of an experiment; clients see a `Label`. */
@Entity()
@Check("experiment_label_name_trimmed", "name = btrim(name) and name <> ''")
export class ExperimentLabel {
  @PrimaryColumn("uuid")
  @ForeignKey(() => Experiment, { onDelete: "CASCADE" })
  experimentId!: string;

  @PrimaryColumn("int")
  index!: number;

  @Column("text")
  name!: string;
}

export const experimentLabels: PartTable = { table: "experiment_label", owner: "experiment_id" };

export const labelsOfExperiment = labelsIn(experimentLabels);
