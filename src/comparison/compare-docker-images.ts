import { Field, ObjectType } from "type-graphql";
import type { DockerImage } from "../docker-image/docker-image.ts";
import {
  EnvironmentVariable,
  type StoredVariable,
  Visibility,
} from "../docker-image/environment-variable.ts";
import type { Sealed } from "../keyring.ts";
import { TextDifference } from "./compare-about.ts";
import { type Difference, difference, differencesBy } from "./differences.ts";

@ObjectType({ description: "Flags of two docker images that differ, be it in their order only." })
export class FlagsDifference implements Difference<string[]> {
  @Field(() => [String], { nullable: true, description: "Those of `a`; null when it has no docker image." })
  a!: string[] | null;

  @Field(() => [String], { nullable: true, description: "Those of `b`; null when it has no docker image." })
  b!: string[] | null;
}

@ObjectType({
  description:
    "An environment variable that differs, or is on one side only. The value of a secret is shown to nobody here: it differs, " +
    "or nobody can tell. A secret differs from what is none, whatever its value.",
})
export class EnvironmentVariableDifference implements Difference<EnvironmentVariable> {
  @Field(() => String, { description: "Its name." })
  name!: string;

  @Field(() => EnvironmentVariable, {
    nullable: true,
    description: "That of `a`; null when it is not there.",
  })
  a!: EnvironmentVariable | null;

  @Field(() => EnvironmentVariable, {
    nullable: true,
    description: "That of `b`; null when it is not there.",
  })
  b!: EnvironmentVariable | null;

  @Field(() => Boolean, {
    description:
      "Whether they differ for certain. False of two secrets when the registry does not have the key of one any more: nobody can tell.",
  })
  certain!: boolean;
}

@ObjectType({ description: "How the docker images of two versions differ; null stands for what does not." })
export class DockerImageDifferences {
  @Field(() => TextDifference, { nullable: true, description: "Their repositories." })
  image!: TextDifference | null;

  @Field(() => TextDifference, { nullable: true, description: "Their tags." })
  tag!: TextDifference | null;

  @Field(() => TextDifference, { nullable: true, description: "Their digests." })
  digest!: TextDifference | null;

  @Field(() => FlagsDifference, { nullable: true, description: "Their flags, in their order." })
  flags!: FlagsDifference | null;

  @Field(() => [EnvironmentVariableDifference], {
    description: "Their environment variables, by name; empty when they do not differ.",
  })
  environmentVariables!: EnvironmentVariableDifference[];
}

type Compared = Pick<DockerImage, "image" | "tag" | "digest" | "flags" | "environmentVariables">;

/** Opens a secret; null when its key is not there. */
type Open = (secret: StoredVariable & Sealed) => string | null;

/** @param a null when the version has no docker image; as `b` is */
export function compareDockerImages(
  a: Compared | null,
  b: Compared | null,
  open: Open,
): DockerImageDifferences {
  const text = (field: "image" | "tag" | "digest") => difference(a?.[field] ?? null, b?.[field] ?? null);
  const flags = { a: a?.flags ?? null, b: b?.flags ?? null };
  return {
    ...{ image: text("image"), tag: text("tag"), digest: text("digest") },
    flags: JSON.stringify(flags.a) === JSON.stringify(flags.b) ? null : flags,
    environmentVariables: compareVariables(
      a?.environmentVariables ?? [],
      b?.environmentVariables ?? [],
      open,
    ),
  };
}

function compareVariables(
  a: StoredVariable[],
  b: StoredVariable[],
  open: Open,
): EnvironmentVariableDifference[] {
  const byName = differencesBy(
    a,
    b,
    ({ name }) => name,
    (one, other) => isSame(one, other, open) === true,
  );
  return byName.map(({ key, a, b }) => ({
    ...{ name: key, a: a && masked(a), b: b && masked(b) },
    certain: a === null || b === null || isSame(a, b, open) !== null,
  }));
}

/** Null when nobody can tell. */
function isSame(one: StoredVariable, other: StoredVariable, open: Open): boolean | null {
  if (!("sealed" in one)) return !("sealed" in other) && one.value === other.value;
  if (!("sealed" in other)) return false; // whether it has the same value would give the secret away
  if (one.sealed === other.sealed) return true; // inherited, whether or not the key is there
  const [value, otherValue] = [open(one), open(other)];
  return value === null || otherValue === null ? null : value === otherValue;
}

function masked(variable: StoredVariable): EnvironmentVariable {
  const { name } = variable;
  if ("sealed" in variable) return { name, value: null, secret: true, visibility: Visibility.MASKED };
  return { name, value: variable.value, secret: false, visibility: Visibility.SHOWN };
}
