import type { Problems } from "../text.ts";
import { UserErrorCode } from "../user-error.ts";
import { isDigest, isTag, parseReference, type Reference } from "./reference.ts";

/** What an input says of a reference: undefined is nothing, null clears. */
export interface SaidReference {
  image: string | null | undefined;
  tag: string | null | undefined;
  digest: string | null | undefined;
}

/** The reference that an input makes of the stored one, or of none. */
export function readReference(
  said: SaidReference,
  stored: Reference | null,
  field: string[],
  problems: Problems,
): Reference {
  const refuse = (at: keyof Reference, message: string, code = UserErrorCode.INVALID) =>
    problems.push({ code, field: [...field, at], message });
  const inImage = readImage(said.image, stored, refuse);
  const tag = readPart("tag", said.tag, inImage?.tag ?? null, refuse);
  const digest = readPart("digest", said.digest, inImage?.digest ?? null, refuse);
  const image = inImage?.image ?? stored?.image ?? "";
  const other = image !== stored?.image || (tag != null && tag !== stored.tag);
  if (inImage && stored?.digest && digest === undefined && other) {
    const message = `The image is pinned to ${stored.digest}, which decides over the tag: give the new digest, or null.`;
    refuse("digest", message, UserErrorCode.CONFLICT);
  }
  return {
    image,
    tag: tag === undefined ? (stored?.tag ?? null) : tag,
    digest: digest === undefined ? (stored?.digest ?? null) : digest,
  };
}

type Refuse = (at: keyof Reference, message: string, code?: UserErrorCode) => void;

/** What stands in `image`, which may be left out when something is stored; undefined when it is no reference. */
function readImage(
  image: string | null | undefined,
  stored: Reference | null,
  refuse: Refuse,
): Reference | undefined {
  if (image == null) {
    if (image === null)
      refuse("image", "Expected an image, got null; removeDockerImage removes the docker image.");
    else if (stored) return { image: stored.image, tag: null, digest: null };
    else refuse("image", "Expected an image, got none: the version has no docker image yet.");
    return undefined;
  }
  const parsed = parseReference(image.trim());
  // Without what came: there can be a password in it, as in `https://user:password@registry/image`.
  if (!parsed)
    refuse("image", "Expected an image such as docker.io/acme/training:1.2.0, got something else.");
  return parsed;
}

const parts = {
  tag: { is: isTag, expected: "a tag such as 1.2.0" },
  digest: { is: isDigest, expected: "a digest such as sha256:<64 hex digits>" },
};

/** The tag or the digest, which can stand in `image`, beside it, or equally in both; undefined when it is not said. */
function readPart(
  name: "tag" | "digest",
  beside: string | null | undefined,
  inImage: string | null,
  refuse: Refuse,
): string | null | undefined {
  const { is, expected } = parts[name];
  const part = beside === undefined ? (inImage ?? undefined) : beside;
  if (part != null && !is(part)) refuse(name, `Expected ${expected}, got something else.`);
  else if (inImage !== null && part !== inImage)
    refuse(name, `The image says ${inImage}, the ${name} says ${part}.`);
  return part;
}
