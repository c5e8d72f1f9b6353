import type { Problems } from "../text.ts";
import { UserErrorCode } from "../user-error.ts";
import { readEndpoint } from "./s3-endpoint.ts";
import type { S3Input, S3KeyInput } from "./storage-connector.input.ts";
import type { StorageConnector } from "./storage-connector.ts";

type Location = Pick<StorageConnector, "endpoint" | "region" | "bucket" | "prefix" | "pathStyle">;

const region = /^[A-Za-z0-9-]{1,63}$/;
const bucket = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/;
/** Steps without surprises: a client, a proxy or a store that tidied up a path would look elsewhere. */
const prefix = /^(?=.{1,200}$)(?!\.{0,2}(\/|$))[\w!.*'()-]+(\/(?!\.{1,2}(\/|$))[\w!.*'()-]+)*\/?$/;

/** Where a bucket is, as it is stored. */
export function readLocation(input: S3Input, field: string[], problems: Problems): Location {
  const expect = (name: "endpoint" | "region" | "bucket" | "prefix", good: boolean, expected: string) => {
    if (good) return;
    const message = `Expected ${expected}, got "${input[name]?.slice(0, 80)}".`;
    problems.push({ code: UserErrorCode.INVALID, field: [...field, name], message });
  };
  const endpoint = input.endpoint == null ? null : readEndpoint(input.endpoint);
  // Not repeated: what should not stand in it can be a password.
  if (endpoint === undefined || (endpoint?.length ?? 0) > 2_000)
    problems.push({
      code: UserErrorCode.INVALID,
      field: [...field, "endpoint"],
      message: "Expected an endpoint such as https://s3.example.com, without user, query and fragment.",
    });
  expect("region", region.test(input.region), "a region such as eu-central-1");
  expect("bucket", bucket.test(input.bucket), "3 to 63 letters, digits, hyphens, dots and underscores");
  const keyPrefix = input.prefix || null;
  expect("prefix", keyPrefix === null || prefix.test(keyPrefix), "a prefix such as registry/");
  return {
    ...{ endpoint: endpoint ?? null, region: input.region, bucket: input.bucket },
    ...{ prefix: keyPrefix, pathStyle: input.pathStyle },
  };
}

/** Says what is wrong with a key pair, and repeats nothing of it. */
export function checkKey({ accessKeyId, secretAccessKey }: S3KeyInput, field: string[], problems: Problems) {
  const expect = (name: string, good: boolean, expected: string) => {
    const message = `Expected ${expected}.`;
    if (!good) problems.push({ code: UserErrorCode.INVALID, field: [...field, name], message });
  };
  const id = /^[!-+\--~]{1,128}$/; // without the comma, which ends it in the header that it stands in
  expect("accessKeyId", id.test(accessKeyId), "1 to 128 printable characters without commas");
  expect("secretAccessKey", /^[!-~]{1,256}$/.test(secretAccessKey), "1 to 256 printable characters");
}
