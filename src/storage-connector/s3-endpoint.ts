/** The address of an object store as it is stored: a scheme, a host and maybe a path; undefined when it is something else. */
export function readEndpoint(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, username, password, search, hash, origin, pathname } = new URL(text);
  if (!/^https?:$/.test(protocol) || username || password || search || hash) return undefined;
  return origin + pathname.replace(/\/+$/, "");
}

/** What the configuration calls Amazon's own object store. */
export const amazon = "amazon";

/** What the operator of the registry allows. */
export interface S3Rules {
  /** Object stores that connectors may name: their endpoints, and `amazon`; `*` for all. */
  s3Endpoints: string[] | "*";
  /**
   * Buckets that connectors without credentials of their own may use with those of the server: as `name` at Amazon's, or
   * with the endpoint before it. Whoever may add a connector can read and write all of such a bucket's files.
   */
  s3EnvironmentBuckets: string[];
}

/** Why a connector may not be used under the rules: `endpoint` or `credentials`; null when it may. */
export function forbiddenBy(
  { s3Endpoints, s3EnvironmentBuckets }: S3Rules,
  { endpoint, bucket, hasKey }: { endpoint: string | null; bucket: string; hasKey: boolean },
): "endpoint" | "credentials" | null {
  if (s3Endpoints !== "*" && !s3Endpoints.includes(endpoint ?? amazon)) return "endpoint";
  const place = endpoint === null ? bucket : `${endpoint}/${bucket}`;
  return hasKey || s3EnvironmentBuckets.includes(place) ? null : "credentials";
}
