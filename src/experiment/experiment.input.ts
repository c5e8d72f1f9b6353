import { Extensions, Field, ID, InputType, registerEnumType } from "type-graphql";
import { DateTimeFilter, enumFilter, IdFilter, StringFilter } from "../filter.ts";
import { limits } from "../limits.ts";
import { DetectionType } from "../model-version/enums.ts";
import { DetectionTypeFilter } from "../model-version/model-version.input.ts";
import { Direction } from "../page/page-args.ts";
import { ParameterInput } from "../parameter/parameter.input.ts";
import { WebURL } from "../scalars.ts";
import { ExperimentStatus } from "./experiment-status.ts";

@InputType({ description: "An experiment by its name." })
export class ExperimentName {
  @Field(() => String, {
    nullable: true,
    description: "The name of its project; without it, an experiment that belongs to none.",
  })
  projectName?: string | null;

  @Field(() => String, { description: "The name of the experiment." })
  name!: string;
}

@Extensions({ oneOf: true })
@InputType({ description: "How to find one experiment: by exactly one of these." })
export class ExperimentBy {
  @Field(() => ID, { nullable: true, description: "Its id." })
  id?: string;

  @Field(() => ExperimentName, { nullable: true, description: "Its project and name." })
  name?: ExperimentName;
}

const ExperimentStatusFilter = enumFilter("ExperimentStatus", ExperimentStatus, false);

@InputType({ description: "Which experiments to list; all that is given must hold." })
export class ExperimentWhere {
  @Field(() => StringFilter, { nullable: true, description: "By name." })
  name?: StringFilter | null;

  @Field(() => StringFilter, { nullable: true, description: "By the name of their project." })
  projectName?: StringFilter | null;

  @Field(() => ExperimentStatusFilter, { nullable: true, description: "By how far they are." })
  status?: object | null;

  @Field(() => DetectionTypeFilter, {
    nullable: true,
    description: "By what they learn to find in an image.",
  })
  type?: object | null;

  @Field(() => IdFilter, { nullable: true, description: "By the id of the user who created them." })
  createdBy?: IdFilter | null;

  @Field(() => DateTimeFilter, { nullable: true, description: "By the moment of their creation." })
  createdAt?: DateTimeFilter | null;

  @Field(() => DateTimeFilter, { nullable: true, description: "By the moment of their last update." })
  updatedAt?: DateTimeFilter | null;
}

export enum ExperimentOrderField {
  NAME = "NAME",
  CREATED_AT = "CREATED_AT",
  UPDATED_AT = "UPDATED_AT",
}

registerEnumType(ExperimentOrderField, {
  name: "ExperimentOrderField",
  description: "What a list of experiments can be ordered by.",
  valuesConfig: {
    NAME: { description: "By name, in the order of Unicode code points." },
    CREATED_AT: { description: "By the moment of creation." },
    UPDATED_AT: { description: "By the moment of the last update." },
  },
});

@InputType({ description: "The order of a list of experiments." })
export class ExperimentOrder {
  @Field(() => ExperimentOrderField, { description: "What to order by." })
  field!: ExperimentOrderField;

  @Field(() => Direction, { defaultValue: Direction.ASC, description: "Which end comes first." })
  direction!: Direction;
}

@InputType({ description: "A version of a dataset that an experiment is to use." })
export class ExperimentDatasetVersionInput {
  @Field(() => String, {
    description: `What it is to the experiment, such as \`train\`; unique in it; 1 to ${limits.name} characters.`,
  })
  alias!: string;

  @Field(() => ID, { description: "The version of the dataset." })
  datasetVersionId!: string;
}

@InputType({ description: "A new experiment." })
export class CreateExperimentInput {
  @Field(() => String, {
    description: `Unique among the experiments of the project, or among those without one; 1 to ${limits.name} characters.`,
  })
  name!: string;

  @Field(() => String, { nullable: true, description: `At most ${limits.description} characters.` })
  description?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `The project that it belongs to, by a name; at most ${limits.name} characters.`,
  })
  projectName?: string | null;

  @Field(() => WebURL, { nullable: true, description: `Where to see it; at most ${limits.url} characters.` })
  url?: string | null;

  @Field(() => DetectionType, {
    nullable: true,
    description:
      "What it learns to find in an image. Without it, what is annotated in its dataset versions, or else the type of its " +
      "base. It must agree with the dataset versions, as far as their types are known.",
  })
  type?: DetectionType | null;

  @Field(() => [ParameterInput], {
    nullable: true,
    description:
      "Parameters that the base does not have, or that are to have another value than there; one without a type keeps that " +
      `of the base as long as the value is of it. With those of the base at most ${limits.parameters}.`,
  })
  parameters?: ParameterInput[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The alias of the dataset version that gives the label map. Without it, that is the one with the alias `train`; where " +
      "there is none, or it has no labels, the label map is the base's.",
  })
  labelMapFrom?: string | null;
}

@InputType({ description: "Changes to an experiment. What is left out stays as it is." })
export class UpdateExperimentInput {
  @Field(() => String, {
    nullable: true,
    description: `Unique among the experiments of the project; 1 to ${limits.name} characters; cannot be null.`,
  })
  name?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `At most ${limits.description} characters; null clears it.`,
  })
  description?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `The project that it belongs to; at most ${limits.name} characters; null takes it out.`,
  })
  projectName?: string | null;

  @Field(() => WebURL, {
    nullable: true,
    description: `Where to see it; at most ${limits.url} characters; null clears it.`,
  })
  url?: string | null;
}
