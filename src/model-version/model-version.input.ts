import { Extensions, Field, ID, InputType, Int, registerEnumType } from "type-graphql";
import { DockerImageInput } from "../docker-image/docker-image.input.ts";
import { BooleanFilter, DateTimeFilter, enumFilter, IdFilter, StringFilter } from "../filter.ts";
import { LabelInput } from "../label/label.input.ts";
import { limits } from "../limits.ts";
import { ModelBy } from "../model/model.input.ts";
import { Direction } from "../page/page-args.ts";
import { ParameterInput } from "../parameter/parameter.input.ts";
import { DetectionType, Framework } from "./enums.ts";

@InputType({
  description:
    "A version by its number in its model. A version that was transferred is found by its previous numbers too, for as " +
    "long as the model is there: see `ModelVersion.previousAddresses`.",
})
export class ModelVersionNumber {
  @Field(() => ModelBy, { description: "The model." })
  model!: ModelBy;

  @Field(() => Int, { description: "The number." })
  version!: number;
}

@InputType({ description: "A version by its name in its model." })
export class ModelVersionName {
  @Field(() => ModelBy, { description: "The model." })
  model!: ModelBy;

  @Field(() => String, { description: "The name of the version." })
  name!: string;
}

@Extensions({ oneOf: true })
@InputType({ description: "How to find one version: by exactly one of these." })
export class ModelVersionBy {
  @Field(() => ID, { nullable: true, description: "Its id." })
  id?: string;

  @Field(() => ModelVersionNumber, { nullable: true, description: "Its model and number." })
  number?: ModelVersionNumber;

  @Field(() => ModelVersionName, { nullable: true, description: "Its model and name." })
  name?: ModelVersionName;
}

export const DetectionTypeFilter = enumFilter("DetectionType", DetectionType, false);
const FrameworkFilter = enumFilter("Framework", Framework, true);

@InputType({ description: "Which versions to list; all that is given must hold." })
export class ModelVersionWhere {
  @Field(() => StringFilter, { nullable: true, description: "By name." })
  name?: StringFilter | null;

  @Field(() => DetectionTypeFilter, { nullable: true, description: "By what they find in an image." })
  type?: object | null;

  @Field(() => FrameworkFilter, { nullable: true, description: "By what their files are made for." })
  framework?: object | null;

  @Field(() => BooleanFilter, {
    nullable: true,
    description: "Whether they are ready to be trained further.",
  })
  trainable?: BooleanFilter | null;

  @Field(() => BooleanFilter, { nullable: true, description: "Whether they are ready to be deployed." })
  deployable?: BooleanFilter | null;

  @Field(() => IdFilter, { nullable: true, description: "By the id of the user who created them." })
  createdBy?: IdFilter | null;

  @Field(() => DateTimeFilter, { nullable: true, description: "By the moment of their creation." })
  createdAt?: DateTimeFilter | null;

  @Field(() => DateTimeFilter, { nullable: true, description: "By the moment of their last update." })
  updatedAt?: DateTimeFilter | null;
}

export enum ModelVersionOrderField {
  VERSION = "VERSION",
  NAME = "NAME",
  CREATED_AT = "CREATED_AT",
  UPDATED_AT = "UPDATED_AT",
}

registerEnumType(ModelVersionOrderField, {
  name: "ModelVersionOrderField",
  description: "What a list of versions can be ordered by.",
  valuesConfig: {
    VERSION: { description: "By number." },
    NAME: { description: "By name, in the order of Unicode code points." },
    CREATED_AT: { description: "By the moment of creation." },
    UPDATED_AT: { description: "By the moment of the last update." },
  },
});

@InputType({ description: "The order of a list of versions." })
export class ModelVersionOrder {
  @Field(() => ModelVersionOrderField, { description: "What to order by." })
  field!: ModelVersionOrderField;

  @Field(() => Direction, { defaultValue: Direction.ASC, description: "Which end comes first." })
  direction!: Direction;
}

@InputType({
  description: "A new version of a model, made by hand: everything that its creation form asks for.",
})
export class CreateModelVersionInput {
  @Field(() => String, {
    description: `Unique among the versions of the model; 1 to ${limits.name} characters.`,
  })
  name!: string;

  @Field(() => String, { nullable: true, description: `At most ${limits.description} characters.` })
  description?: string | null;

  @Field(() => DetectionType, { description: "What it finds in an image." })
  type!: DetectionType;

  @Field(() => Framework, { nullable: true, description: "What its files are made for." })
  framework?: Framework | null;

  @Field(() => [LabelInput], {
    nullable: true,
    description: `The label map; at most ${limits.labels} labels.`,
  })
  labels?: LabelInput[] | null;

  @Field(() => [ParameterInput], {
    nullable: true,
    description: `The training parameters, in the order of display; at most ${limits.parameters}.`,
  })
  parameters?: ParameterInput[] | null;

  @Field(() => DockerImageInput, { nullable: true, description: "The docker image of the training script." })
  dockerImage?: DockerImageInput | null;
}

@InputType({ description: "Changes to the About section of a version. What is left out stays as it is." })
export class UpdateModelVersionInput {
  @Field(() => String, {
    nullable: true,
    description: `Unique among the versions of the model; 1 to ${limits.name} characters; cannot be null.`,
  })
  name?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `At most ${limits.description} characters; null clears it.`,
  })
  description?: string | null;

  @Field(() => DetectionType, {
    nullable: true,
    description: "What it finds in an image; cannot be null. Only of a version made by hand.",
  })
  type?: DetectionType | null;

  @Field(() => Framework, {
    nullable: true,
    description: "What its files are made for; null clears it. Only of a version made by hand.",
  })
  framework?: Framework | null;
}
