import { Field, InputType } from "type-graphql";
import { limits } from "../limits.ts";
import { WebURL } from "../scalars.ts";

@InputType({ description: "A key pair of an object store, which lets the registry in." })
export class S3KeyInput {
  @Field(() => String, { description: "The access key id: 1 to 128 printable characters without commas." })
  accessKeyId!: string;

  @Field(() => String, {
    description:
      "The secret access key: 1 to 256 printable characters. It is encrypted where it is stored, and never shown again.",
  })
  secretAccessKey!: string;
}

@InputType({ description: "A bucket of an object store." })
export class S3Input {
  @Field(() => WebURL, {
    nullable: true,
    description:
      "The address of the object store, such as `https://s3.example.com`; null for Amazon's own. Clients that send parts or download " +
      "reach it there too.",
  })
  endpoint?: string | null;

  @Field(() => String, {
    defaultValue: "us-east-1",
    description: "The region that requests are signed for: letters, digits and hyphens.",
  })
  region!: string;

  @Field(() => String, { description: "The bucket: 3 to 63 letters, digits, hyphens, dots and underscores." })
  bucket!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "What every key in the bucket begins with, such as `registry/`: at most 200 letters, digits and `!-_.*'()/`, without empty steps, " +
      "`.` and `..`.",
  })
  prefix?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      "Whether the bucket stands in the path of a URL, as most stores but Amazon's want it, and not in the host.",
  })
  pathStyle!: boolean;

  @Field(() => S3KeyInput, {
    nullable: true,
    description:
      "What lets the registry in; null for the credentials of the server's own environment, where its operator allows them for the " +
      "bucket.",
  })
  credentials?: S3KeyInput | null;
}

@InputType({ description: "A new storage connector. Where it leads cannot be changed later." })
export class CreateStorageConnectorInput {
  @Field(() => String, { description: `Unique in the organization; 1 to ${limits.name} characters.` })
  name!: string;

  @Field(() => S3Input, {
    nullable: true,
    description:
      "The bucket; null for a folder of the registry's own machine, of which there is one at most.",
  })
  s3?: S3Input | null;
}

@InputType({ description: "Changes to a storage connector. What is left out stays as it is." })
export class UpdateStorageConnectorInput {
  @Field(() => String, {
    nullable: true,
    description: `Unique in the organization; 1 to ${limits.name} characters; cannot be null.`,
  })
  name?: string | null;

  @Field(() => S3KeyInput, {
    nullable: true,
    description: "A new key pair; null for the credentials of the server's own environment. For S3 only.",
  })
  credentials?: S3KeyInput | null;
}
