import { Extensions, Field, ID, InputType, registerEnumType } from "type-graphql";
import { DatasetBy } from "../dataset/dataset.input.ts";
import { DateTimeFilter, StringFilter } from "../filter.ts";
import { LabelInput } from "../label/label.input.ts";
import { limits } from "../limits.ts";
import { DetectionType } from "../model-version/enums.ts";
import { DetectionTypeFilter } from "../model-version/model-version.input.ts";
import { Direction } from "../page/page-args.ts";
import { WebURL } from "../scalars.ts";

@InputType({ description: "A version of a dataset by its name." })
export class DatasetVersionName {
  @Field(() => DatasetBy, { description: "The dataset." })
  dataset!: DatasetBy;

  @Field(() => String, { description: "The name of the version." })
  name!: string;
}

@Extensions({ oneOf: true })
@InputType({ description: "How to find one version of a dataset: by exactly one of these." })
export class DatasetVersionBy {
  @Field(() => ID, { nullable: true, description: "Its id." })
  id?: string;

  @Field(() => DatasetVersionName, { nullable: true, description: "Its dataset and name." })
  name?: DatasetVersionName;
}

@InputType({ description: "Which versions of datasets to list; all that is given must hold." })
export class DatasetVersionWhere {
  @Field(() => StringFilter, { nullable: true, description: "By name." })
  name?: StringFilter | null;

  @Field(() => DetectionTypeFilter, { nullable: true, description: "By what is annotated in their images." })
  type?: object | null;

  @Field(() => DateTimeFilter, { nullable: true, description: "By the moment of their creation." })
  createdAt?: DateTimeFilter | null;

  @Field(() => DateTimeFilter, { nullable: true, description: "By the moment of their last update." })
  updatedAt?: DateTimeFilter | null;
}

export enum DatasetVersionOrderField {
  NAME = "NAME",
  CREATED_AT = "CREATED_AT",
  UPDATED_AT = "UPDATED_AT",
}

registerEnumType(DatasetVersionOrderField, {
  name: "DatasetVersionOrderField",
  description: "What a list of versions of datasets can be ordered by.",
  valuesConfig: {
    NAME: { description: "By name, in the order of Unicode code points." },
    CREATED_AT: { description: "By the moment of creation." },
    UPDATED_AT: { description: "By the moment of the last update." },
  },
});

@InputType({ description: "The order of a list of versions of datasets." })
export class DatasetVersionOrder {
  @Field(() => DatasetVersionOrderField, { description: "What to order by." })
  field!: DatasetVersionOrderField;

  @Field(() => Direction, { defaultValue: Direction.ASC, description: "Which end comes first." })
  direction!: Direction;
}

@InputType({ description: "A new version of a dataset." })
export class CreateDatasetVersionInput {
  @Field(() => String, { description: `Unique in the dataset; 1 to ${limits.name} characters.` })
  name!: string;

  @Field(() => DetectionType, { nullable: true, description: "What is annotated in its images." })
  type?: DetectionType | null;

  @Field(() => WebURL, { nullable: true, description: `Where to see it; at most ${limits.url} characters.` })
  url?: string | null;

  @Field(() => [LabelInput], {
    nullable: true,
    description: `The label map; at most ${limits.labels} labels.`,
  })
  labels?: LabelInput[] | null;
}

@InputType({
  description:
    "Changes to a version of a dataset. What is left out stays as it is; experiments that use it keep what they have taken " +
    "from it.",
})
export class UpdateDatasetVersionInput {
  @Field(() => String, {
    nullable: true,
    description: `Unique in the dataset; 1 to ${limits.name} characters; cannot be null.`,
  })
  name?: string | null;

  @Field(() => DetectionType, {
    nullable: true,
    description: "What is annotated in its images; null clears it.",
  })
  type?: DetectionType | null;

  @Field(() => WebURL, {
    nullable: true,
    description: `Where to see it; at most ${limits.url} characters; null clears it.`,
  })
  url?: string | null;

  @Field(() => [LabelInput], {
    nullable: true,
    description: `The whole label map as it is to be, which needs \`expectedRevision\`; at most ${limits.labels} labels; null clears it.`,
  })
  labels?: LabelInput[] | null;
}
