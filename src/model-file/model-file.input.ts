import { Field, InputType, registerEnumType } from "type-graphql";
import { type IncomingFile, Upload } from "../blob/incoming-file.ts";
import { StringFilter } from "../filter.ts";
import { limits } from "../limits.ts";
import { Direction } from "../page/page-args.ts";

@InputType({ description: "Which files to list." })
export class ModelFileWhere {
  @Field(() => StringFilter, { nullable: true, description: "By name." })
  name?: StringFilter | null;
}

export enum ModelFileOrderField {
  NAME = "NAME",
  CREATED_AT = "CREATED_AT",
}

registerEnumType(ModelFileOrderField, {
  name: "ModelFileOrderField",
  description: "What a list of files can be ordered by.",
  valuesConfig: {
    NAME: { description: "By name, in the order of Unicode code points." },
    CREATED_AT: { description: "By the moment in which it was added." },
  },
});

@InputType({ description: "The order of a list of files." })
export class ModelFileOrder {
  @Field(() => ModelFileOrderField, { description: "What to order by." })
  field!: ModelFileOrderField;

  @Field(() => Direction, { defaultValue: Direction.ASC, description: "Which end comes first." })
  direction!: Direction;
}

@InputType({ description: "A file to be added, with its bytes." })
export class CreateModelFileInput {
  @Field(() => String, {
    description: `What the file is to the version, such as "weights": up to ${limits.name} characters, unique in the version.`,
  })
  name!: string;

  @Field(() => Upload, {
    description: `The file itself, which has bytes. The filename of its part, up to ${limits.filename} bytes, is what it will be called on a disk.`,
  })
  file!: IncomingFile;

  @Field(() => String, {
    nullable: true,
    description: `Its media type, such as \`application/json\`: up to ${limits.contentType} characters.`,
  })
  contentType?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The SHA-256 that its bytes have, as 64 hex digits: the file is refused when other bytes arrive.",
  })
  sha256?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      "Whether it takes the place of a file that has the name, which goes into the trash; that needs the right to delete.",
  })
  replace!: boolean;
}
