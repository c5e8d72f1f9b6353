import { Field, InputType } from "type-graphql";
import { limits } from "../limits.ts";
import { type Problems, readLine } from "../text.ts";
import { UserErrorCode } from "../user-error.ts";
import { EnvironmentVariableInput, readEnvironment } from "./environment-variable.input.ts";
import type { DraftVariable, StoredVariable } from "./environment-variable.ts";
import { readReference } from "./reference.input.ts";
import type { Reference } from "./reference.ts";

const flagsDescription = `Flags for the container's start, in their order, at most ${limits.dockerItems}; not for secrets.`;
const variablesDescription = `The environment of the training script; at most ${limits.dockerItems} variables.`;

@InputType({ description: "A container image and how to run it." })
export class DockerImageInput {
  @Field(() => String, {
    description:
      "The repository, such as `docker.io/acme/yolox-training`; a tag and a digest may follow as in `acme/yolox:1.2`.",
  })
  image!: string;

  @Field(() => String, { nullable: true, description: "The tag, when it does not stand in `image`." })
  tag?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The digest, such as `sha256:…`, when it does not stand in `image`.",
  })
  digest?: string | null;

  @Field(() => [String], { nullable: true, description: flagsDescription })
  flags?: string[] | null;

  @Field(() => [EnvironmentVariableInput], { nullable: true, description: variablesDescription })
  environmentVariables?: EnvironmentVariableInput[] | null;
}

@InputType({
  description:
    "Changes to the docker image of a version. What is left out stays as it is. A version that has none yet gets one, and " +
    "then needs `image`.",
})
export class UpdateDockerImageInput {
  @Field(() => String, {
    nullable: true,
    description:
      "The repository; cannot be null. A tag and a digest may follow as in `acme/yolox:1.2`, and then replace the stored " +
      "ones; where `tag` or `digest` says something else, the edit is refused.",
  })
  image?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The tag; null clears it. Left out, and not given in `image`, the stored tag stays, also with another repository.",
  })
  tag?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The digest; null clears it. A digest decides over the tag: as long as one is stored, another repository or another " +
      "tag is refused unless the digest is given too, or cleared.",
  })
  digest?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: `${flagsDescription} The list replaces the stored one; null clears it.`,
  })
  flags?: string[] | null;

  @Field(() => [EnvironmentVariableInput], {
    nullable: true,
    description:
      `${variablesDescription} The list replaces the stored one, and a variable that is not in it is gone; null clears ` +
      "it. A secret whose value is left out keeps the stored one.",
  })
  environmentVariables?: EnvironmentVariableInput[] | null;
}

/** A docker image as an input says it. */
export interface DockerImageDraft extends Reference {
  flags: string[];
  environmentVariables: DraftVariable[];
}

/** A new docker image, in which null is the same as nothing. */
export function readDockerImage(
  { image, tag, digest, flags, environmentVariables }: DockerImageInput,
  field: string[],
  problems: Problems,
): DockerImageDraft {
  const said = { image, tag: tag ?? undefined, digest: digest ?? undefined };
  return {
    ...readReference(said, null, field, problems),
    flags: readFlags(flags ?? [], [...field, "flags"], problems),
    environmentVariables: readEnvironment(
      environmentVariables ?? [],
      [],
      [...field, "environmentVariables"],
      problems,
    ),
  };
}

/** What an edit makes of the stored docker image, or of none; undefined stays as it is. */
export function readChanges(
  { image, tag, digest, flags, environmentVariables }: UpdateDockerImageInput,
  stored: (Reference & { environmentVariables: StoredVariable[] }) | null,
  field: string[],
  problems: Problems,
): Reference & Partial<DockerImageDraft> {
  const before = stored?.environmentVariables ?? [];
  return {
    ...readReference({ image, tag, digest }, stored, field, problems),
    ...(flags !== undefined && { flags: readFlags(flags ?? [], [...field, "flags"], problems) }),
    ...(environmentVariables !== undefined && {
      environmentVariables: readEnvironment(
        environmentVariables ?? [],
        before,
        [...field, "environmentVariables"],
        problems,
      ),
    }),
  };
}

function readFlags(flags: string[], field: string[], problems: Problems): string[] {
  if (flags.length > limits.dockerItems) {
    const message = `Expected at most ${limits.dockerItems}, got ${flags.length}.`;
    problems.push({ code: UserErrorCode.INVALID, field, message });
    return [];
  }
  return flags.map((flag, index) => readLine(flag, limits.dockerValue, [...field, String(index)], problems));
}
