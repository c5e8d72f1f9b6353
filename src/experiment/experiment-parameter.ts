import { Check, Column, Entity, ForeignKey, PrimaryColumn } from "typeorm";
import { type ParameterType, parametersIn } from "../parameter/parameter.ts";
import type { PartTable } from "../part-table.ts";
import { Experiment } from "./experiment.ts";

/** One parameter of an experiment with its value; clients see a `Parameter`. */
@Entity()
@Check("experiment_parameter_type", "type in ('INTEGER', 'FLOAT', 'STRING', 'BOOLEAN', 'JSON')")
@Check("experiment_parameter_name_trimmed", "name = btrim(name) and name <> ''")
export class ExperimentParameter {
  @PrimaryColumn("uuid")
  @ForeignKey(() => Experiment, { onDelete: "CASCADE" })
  experimentId!: string;

  @PrimaryColumn({ type: "text", collation: "C" })
  name!: string;

  @Column("text")
  type!: ParameterType;

  @Column("json")
  value!: unknown;

  @Column("int")
  position!: number;
}

export const experimentParameters: PartTable = { table: "experiment_parameter", owner: "experiment_id" };

export const parametersOfExperiment = parametersIn(experimentParameters);
