/** A container image, as the three parts of an OCI reference. */
export interface Reference {
  image: string;
  tag: string | null;
  digest: string | null;
}

// The grammar of https://github.com/distribution/reference: an optional registry, a path, a tag, a digest.
const label = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
// Without a dot or a port, and unless it is localhost, the first component is part of the path, as Docker has it.
const host = `(?:localhost|${label}(?:\\.${label})+|\\[[a-fA-F0-9:]+\\])`;
const registry = `(?:${host}(?::[0-9]+)?|${label}:[0-9]+)`;
const component = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const tag = "[\\w][\\w.-]{0,127}";
const digest = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";

const whole = new RegExp(
  `^((?:${registry}/)?${component}(?:/${component})*)(?::(${tag}))?(?:@(${digest}))?$`,
);
const tagOnly = new RegExp(`^${tag}$`);
const digestOnly = new RegExp(`^${digest}$`);

/** @returns the parts of `registry/path:tag@digest`, or undefined when the text is no reference. */
export function parseReference(text: string): Reference | undefined {
  const [, image, tag = null, digest = null] = (text.length <= 1_024 && whole.exec(text)) || [];
  return image === undefined || image.length > 255 ? undefined : { image, tag, digest };
}

export function isTag(text: string): boolean {
  return tagOnly.test(text);
}

/** SHA-256 and SHA-512 have a length of their own; other algorithms are taken as they are. */
export function isDigest(text: string): boolean {
  const [algorithm, hex = ""] = text.split(":");
  const length = { sha256: 64, sha512: 128 }[algorithm ?? ""];
  return digestOnly.test(text) && text.length <= 255 && (length === undefined || hex.length === length);
}
