import { Field, InputType, registerEnumType } from "type-graphql";
import { type IncomingFile, Upload } from "../blob/incoming-file.ts";
import { StringFilter } from "../filter.ts";
import { idempotencyKeyDescription } from "../idempotency-key/idempotency-key.ts";
import { limits } from "../limits.ts";
import { Direction } from "../page/page-args.ts";

@InputType({ description: "Which files to list." })
export class FileWhere {
  @Field(() => StringFilter, { nullable: true, description: "By name." })
  name?: StringFilter | null;
}

export enum FileOrderField {
  NAME = "NAME",
  CREATED_AT = "CREATED_AT",
}

registerEnumType(FileOrderField, {
  name: "FileOrderField",
  description: "What a list of files can be ordered by.",
  valuesConfig: {
    NAME: { description: "By name, in the order of Unicode code points." },
    CREATED_AT: { description: "By the moment in which it was added." },
  },
});

@InputType({ description: "The order of a list of files." })
export class FileOrder {
  @Field(() => FileOrderField, { description: "What to order by." })
  field!: FileOrderField;

  @Field(() => Direction, { defaultValue: Direction.ASC, description: "Which end comes first." })
  direction!: Direction;
}

export const byName: FileOrder = { field: FileOrderField.NAME, direction: Direction.ASC };

/** A file as whoever adds it describes it, with its bytes. */
export interface NewFileInput {
  name: string;
  file: IncomingFile;
  contentType?: string | null;
  sha256?: string | null;
  replace: boolean;
}

/**
 * Declares the input by which a file is added, with its bytes.
 *
 * @param owner what it is added to, such as "version".
 * @param replaced what becomes of a file in whose place it comes.
 */
export function newFileInput(name: string, owner: string, replaced: string): new () => NewFileInput {
  @InputType(name, { description: `A file to be added to the ${owner}, with its bytes.` })
  class Input implements NewFileInput {
    @Field(() => String, {
      description: `What the file is to the ${owner}, such as "weights": up to ${limits.name} characters, unique in the ${owner}.`,
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
      description: `Whether it takes the place of a file that has the name, ${replaced} then; that needs the right to delete.`,
    })
    replace!: boolean;
  }
  return Input;
}

export const retryDescription = `${idempotencyKeyDescription} It is answered before the file has arrived again: of two files, only the \`sha256\` in the input is compared.`;
