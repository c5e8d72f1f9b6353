import { Field, InputType, Int } from "type-graphql";
import { readSha256 } from "../blob/read-sha256.ts";
import { replaceDescription } from "../file/file.input.ts";
import { readContentType } from "../file/read-content-type.ts";
import { readFilename } from "../file/read-filename.ts";
import { limits } from "../limits.ts";
import { ByteSize } from "../scalars.ts";
import { type Problems, readName } from "../text.ts";
import { Refusal, UserErrorCode } from "../user-error.ts";

/** A file as whoever announces it describes it. */
export interface BeginUploadInput {
  name: string;
  filename: string;
  size: number;
  sha256?: string | null;
  contentType?: string | null;
  replace: boolean;
}

/**
 * Declares the input by which an upload in parts begins.
 *
 * @param owner what gets the file, such as "version".
 * @param replaced what becomes of a file in whose place it comes.
 */
export function beginUploadInput(name: string, owner: string, replaced: string): new () => BeginUploadInput {
  @InputType(name, { description: `A file of the ${owner} that will come in parts.` })
  class Input implements BeginUploadInput {
    @Field(() => String, {
      description: `What the file is to the ${owner}, such as "weights": 1 to ${limits.name} characters, unique in the ${owner}.`,
    })
    name!: string;

    @Field(() => String, {
      description: `What the file is called on a disk, such as \`best.onnx\`: 1 to ${limits.filename} bytes in UTF-8, without a path.`,
    })
    filename!: string;

    @Field(() => ByteSize, { description: "The size of the whole file in bytes, 1 or more." })
    size!: number;

    @Field(() => String, {
      nullable: true,
      description:
        "The SHA-256 of the whole file as 64 hex digits: when the registry computes another one, the file is CORRUPT.",
    })
    sha256?: string | null;

    @Field(() => String, {
      nullable: true,
      description: "Its media type, such as `application/octet-stream`.",
    })
    contentType?: string | null;

    @Field(() => Boolean, {
      defaultValue: false,
      description: `${replaceDescription(replaced)} It does when the upload is completed: before the new bytes have been read, and also when they turn out to be CORRUPT.`,
    })
    replace!: boolean;
  }
  return Input;
}

@InputType({ description: "A part that has been sent." })
export class UploadedPartInput {
  @Field(() => Int, { description: "Its number, from 1." })
  number!: number;

  @Field(() => String, {
    description: "The header `ETag` of the answer to it, with its quotes or without.",
  })
  etag!: string;
}

@InputType({ description: "What an upload consists of." })
export class CompleteUploadInput {
  @Field(() => [UploadedPartInput], { description: "All parts, in any order." })
  parts!: UploadedPartInput[];
}

/** The input as it is stored. @throws Refusal with all that is wrong with it */
export function readUpload(input: BeginUploadInput, maxFileSize: number) {
  const problems: Problems = [];
  const stored = {
    name: readName(input.name, ["input", "name"], problems),
    filename: readFilename(input.filename, ["input", "filename"], problems),
    size: readSize(input.size, maxFileSize, problems),
    sha256: readSha256(input.sha256, ["input", "sha256"], problems),
    contentType: readContentType(input.contentType, ["input", "contentType"], problems),
    replace: input.replace,
  };
  if (problems.length > 0) throw new Refusal(problems);
  return stored;
}

function readSize(size: number, most: number, problems: Problems): number {
  if (size < 1 || size > most) {
    const message = `Expected 1 to ${most} bytes, got ${size}.`;
    problems.push({ code: UserErrorCode.INVALID, field: ["input", "size"], message });
  }
  return size;
}
