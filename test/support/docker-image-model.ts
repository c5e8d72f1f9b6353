import fc from "fast-check";

export const digests = ["ab", "cd"].map((byte) => `sha256:${byte.repeat(32)}`);

/** Texts of `image`, with what stands in them; null where nothing does, and no parts at all where it is no image. */
const images: { [text: string]: { image: string; tag: string | null; digest: string | null } | null } = {
  "acme/a": { image: "acme/a", tag: null, digest: null },
  "acme/a:1": { image: "acme/a", tag: "1", digest: null },
  "acme/b": { image: "acme/b", tag: null, digest: null },
  "acme/b:2": { image: "acme/b", tag: "2", digest: null },
  [`acme/a@${digests[0]}`]: { image: "acme/a", tag: null, digest: digests[0] ?? null },
  [`acme/b:1@${digests[1]}`]: { image: "acme/b", tag: "1", digest: digests[1] ?? null },
  "Acme/A": null,
};

interface VariableInput {
  name: string;
  value?: string;
  secret?: boolean;
}

interface Input {
  image?: string | null;
  tag?: string | null;
  digest?: string | null;
  flags?: string[] | null;
  environmentVariables?: VariableInput[] | null;
}

export interface Step {
  input: Input | "remove";
  dryRun: boolean;
  /** How far the expected revision is from today's; undefined: none is expected. */
  off: number | undefined;
}

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 3 });
/** One of the usual, and now and then something that is refused. */
const mostly = (usual: string[], odd: string) =>
  fc.oneof({ weight: 15, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: fc.constant(odd) });

const variable = fc.record(
  {
    name: mostly(["A", "B", "C"], "1"),
    value: mostly(["", "x", "y"], "\0"),
    secret: fc.boolean(),
  },
  { requiredKeys: ["name"] },
);

const input = fc.record(
  {
    image: fc.option(mostly(Object.keys(images).slice(0, -1), "Acme/A"), { nil: null, freq: 20 }),
    tag: optional(mostly(["1", "2"], "-")),
    digest: optional(mostly(digests, "sha256:0")),
    flags: optional(fc.array(mostly(["-q", "--all"], " "), { maxLength: 2 })),
    environmentVariables: optional(
      fc.uniqueArray(variable, {
        maxLength: 3,
        selector: ({ name }) => name,
        comparator: (a, b) => a === b && a !== "B",
      }),
    ),
  },
  { requiredKeys: [] },
);

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    input: fc.oneof(
      { weight: 9, arbitrary: input },
      { weight: 1, arbitrary: fc.constant("remove" as const) },
    ),
    dryRun: fc.constantFrom(false, false, false, true),
    off: fc.constantFrom(undefined, 0, undefined, 0, undefined, 0, 1),
  }),
  { minLength: 4, maxLength: 16 },
);

export interface Image {
  image: string;
  tag: string | null;
  digest: string | null;
  flags: string[];
  environmentVariables: { name: string; value: string; secret: boolean }[];
}

/** The rules of a docker image, on a plain object: what an edit makes of it, or undefined when it is refused. */
export function afterwards(before: Image | null, step: Input | "remove"): Image | null | undefined {
  if (step === "remove") return null;
  const said = typeof step.image === "string" ? images[step.image] : undefined;
  if (step.image === null || said === null || (!said && !before)) return undefined;
  if (step.tag === "-" || step.digest === "sha256:0" || step.flags?.includes(" ")) return undefined;

  const parts: { tag: string | null; digest: string | null } = { tag: null, digest: null };
  for (const part of ["tag", "digest"] as const) {
    const [inside, beside] = [said?.[part] ?? undefined, step[part]];
    if (inside !== undefined && beside !== undefined && inside !== beside) return undefined;
    const now = inside ?? beside;
    parts[part] = now === undefined ? (before?.[part] ?? null) : now;
  }
  const image = said?.image ?? before?.image ?? "";
  const saysDigest = step.digest !== undefined || said?.digest != null;
  if (before?.digest && !saysDigest) {
    if (image !== before.image) return undefined;
    if (parts.tag !== before.tag && parts.tag !== null) return undefined;
  }
  const variables = variablesAfterwards(before?.environmentVariables ?? [], step.environmentVariables);
  if (!variables) return undefined;
  const flags = step.flags === undefined ? (before?.flags ?? []) : (step.flags ?? []);
  return { image, ...parts, flags, environmentVariables: variables };
}

function variablesAfterwards(
  before: Image["environmentVariables"],
  input: VariableInput[] | null | undefined,
) {
  if (input === undefined) return before;
  const after: Image["environmentVariables"] = [];
  for (const { name, value, secret } of input ?? []) {
    const old = before.find((each) => each.name === name);
    const kept = old?.secret && secret !== false ? old.value : undefined;
    const now = value === undefined ? kept : value;
    if (now === undefined || now === "\0" || name === "1" || after.some((each) => each.name === name))
      return undefined;
    after.push({ name, value: now, secret: secret ?? old?.secret ?? false });
  }
  return after;
}
