import { Field, InterfaceType, registerEnumType } from "type-graphql";
import { Node, type NodeLook, nodeById } from "../node/node.ts";
import type { RowClass } from "../rows.ts";
import { DateTime } from "../scalars.ts";

export enum SizeCategory {
  SMALL = "SMALL",
  LARGE = "LARGE",
}

/** Bytes up to which a file is small. */
export const smallFile = 5_000_000;

registerEnumType(SizeCategory, {
  name: "SizeCategory",
  description: "Whether a file is small enough to be fetched in passing.",
  valuesConfig: {
    SMALL: { description: `Up to ${smallFile / 1e6} MB.` },
    LARGE: { description: `Above ${smallFile / 1e6} MB.` },
  },
});

/** What a file of a version and one of an experiment have in common, which is all but where they hang. */
@InterfaceType({
  implements: Node,
  description: "Bytes under a name, which are a part of a version or of an experiment.",
})
export abstract class File implements Node {
  id!: string;

  organizationId!: string;

  @Field(() => String, {
    description: 'What the file is to its version or experiment, such as "weights"; unique in that.',
  })
  name!: string;

  @Field(() => String, { description: "What the file is called on a disk, such as `best.onnx`." })
  filename!: string;

  @Field(() => String, {
    nullable: true,
    description: "Its media type, as whoever added it said; null when nobody did.",
  })
  contentType!: string | null;

  /** Its bytes, which it may share with other files. */
  blobId!: string;

  createdById!: string;

  @Field(() => DateTime, { description: "When the file was added." })
  createdAt!: Date;
}

/** A type of files, as the noun declares it. */
export interface FileType {
  type: RowClass<File>;
  /** The condition on a row `r` that a member of the organization `$2` finds it. */
  visible: string;
}

const fileTypes = new Map<string, FileType & { byId: NodeLook<File> }>();

/** Declares a type of files, whose bytes can be downloaded. @returns its look-up by UUID */
export function fileById<Row extends File>(type: RowClass<Row>, visible: string): NodeLook<Row> {
  const byId = nodeById(type, visible);
  fileTypes.set(type.name, { type, visible, byId });
  return byId;
}

/** The type of files that has this name. */
export function fileTypeOf(name: string) {
  const declared = fileTypes.get(name);
  if (!declared) throw new Error(`There are no files of the type ${name}.`);
  return declared;
}

export const nameTaken = "Another file has this name already; with replace it takes its place.";
