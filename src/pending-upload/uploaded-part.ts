import { Field, Int, ObjectType } from "type-graphql";
import { ByteSize, WebURL } from "../scalars.ts";

@ObjectType({ description: "A part of an upload that has arrived whole." })
export class UploadedPart {
  @Field(() => Int, { description: "Its number, from 1." })
  number!: number;

  @Field(() => ByteSize, { description: "Its size in bytes." })
  size!: number;

  @Field(() => String, {
    description: "What the storage calls its content, by which the upload is completed. Opaque.",
  })
  etag!: string;
}

@ObjectType({ description: "Where one part of an upload is sent." })
export class PartUrl {
  @Field(() => Int, { description: "The number of the part, from 1." })
  number!: number;

  @Field(() => WebURL, {
    description:
      "A PUT there, without a token and with nothing but the bytes of the part as its body, sends it. The header `ETag` of the " +
      "answer is the part's `etag`. Whoever has the URL can send the part: it is a secret.",
  })
  url!: string;

  @Field(() => ByteSize, { description: "How many bytes the part has to have." })
  size!: number;
}
