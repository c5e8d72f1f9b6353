import { Field, ObjectType, registerEnumType } from "type-graphql";
import { WebURL } from "../scalars.ts";
import type { StorageConnector } from "./storage-connector.ts";

export enum S3Credentials {
  STORED = "STORED",
  ENVIRONMENT = "ENVIRONMENT",
}

registerEnumType(S3Credentials, {
  name: "S3Credentials",
  description: "Whose credentials let the registry into a bucket.",
  valuesConfig: {
    STORED: { description: "Those of the connector, whose secret is stored encrypted." },
    ENVIRONMENT: { description: "Those of the server's own environment, set by its operator." },
  },
});

@ObjectType({ description: "The bucket of a storage connector, and how the registry gets in." })
export class S3Settings {
  @Field(() => WebURL, {
    nullable: true,
    description: "The address of the object store; null for Amazon's own.",
  })
  endpoint!: string | null;

  @Field(() => String, { description: "The region that requests are signed for." })
  region!: string;

  @Field(() => String, { description: "The bucket." })
  bucket!: string;

  @Field(() => String, { nullable: true, description: "What every key in the bucket begins with." })
  prefix!: string | null;

  @Field(() => Boolean, {
    description: "Whether the bucket stands in the path of a URL, and not in the host.",
  })
  pathStyle!: boolean;

  @Field(() => S3Credentials, { description: "Whose credentials let the registry in." })
  credentials!: S3Credentials;

  @Field(() => String, {
    nullable: true,
    description: "The access key id; null with credentials of the environment. The secret is never shown.",
  })
  accessKeyId!: string | null;
}

/** Null for a local disk. */
export function s3SettingsOf(connector: StorageConnector): S3Settings | null {
  const { endpoint, region, bucket, prefix, pathStyle, accessKeyId } = connector;
  if (region === null || bucket === null) return null;
  const credentials = accessKeyId === null ? S3Credentials.ENVIRONMENT : S3Credentials.STORED;
  return { endpoint, region, bucket, prefix, pathStyle, credentials, accessKeyId };
}
