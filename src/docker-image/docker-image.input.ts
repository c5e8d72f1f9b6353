import { Field, InputType } from "type-graphql";
import { limits } from "../limits.ts";
import { type Problems, readLine, readText } from "../text.ts";
import { UserErrorCode } from "../user-error.ts";
import { isDigest, isTag, parseReference, type Reference } from "./reference.ts";

@InputType({
  description: "A variable in the environment of a training script. Stored as it is: not for secrets.",
})
export class EnvironmentVariableInput {
  @Field(() => String, {
    description: "Letters, digits and `_`, not starting with a digit; unique in the docker image.",
  })
  name!: string;

  @Field(() => String, { description: `At most ${limits.dockerValue} characters.` })
  value!: string;
}

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

  @Field(() => [String], {
    nullable: true,
    description: `Flags for the container's start, in their order; at most ${limits.dockerItems}.`,
  })
  flags?: string[] | null;

  @Field(() => [EnvironmentVariableInput], {
    nullable: true,
    description: `The environment of the training script; at most ${limits.dockerItems} variables.`,
  })
  environmentVariables?: EnvironmentVariableInput[] | null;
}

/** A docker image as it is stored. */
export interface StoredDockerImage extends Reference {
  flags: string[];
  environmentVariables: EnvironmentVariableInput[];
}

export function readDockerImage(
  input: DockerImageInput,
  field: string[],
  problems: Problems,
): StoredDockerImage {
  const invalid = (path: string[], message: string) =>
    problems.push({ code: UserErrorCode.INVALID, field: [...field, ...path], message });
  const { flags, environmentVariables } = {
    flags: input.flags ?? [],
    environmentVariables: input.environmentVariables ?? [],
  };
  for (const [name, list] of Object.entries({ flags, environmentVariables })) {
    if (list.length > limits.dockerItems)
      invalid([name], `Expected at most ${limits.dockerItems}, got ${list.length}.`);
  }
  return {
    ...readReference(input, invalid),
    flags: flags.map((flag, index) =>
      readLine(flag, limits.dockerValue, [...field, "flags", String(index)], problems),
    ),
    environmentVariables: readEnvironment(environmentVariables, [...field, "environmentVariables"], problems),
  };
}

function readReference(
  input: DockerImageInput,
  invalid: (path: string[], message: string) => void,
): Reference {
  const parsed = parseReference(input.image.trim());
  if (!parsed) {
    invalid(
      ["image"],
      `Expected an image such as docker.io/acme/training, got "${input.image.slice(0, 80)}".`,
    );
    return { image: input.image, tag: null, digest: null };
  }
  const { tag, digest } = input;
  if (tag != null && !isTag(tag))
    invalid(["tag"], `Expected a tag such as 1.2.0, got "${tag.slice(0, 80)}".`);
  if (tag != null && parsed.tag !== null && tag !== parsed.tag)
    invalid(["tag"], `The image says ${parsed.tag}, the tag says ${tag.slice(0, 80)}.`);
  const pinned = digest ?? parsed.digest;
  if (pinned != null && !isDigest(pinned))
    invalid(["digest"], `Expected a digest such as sha256:<64 hex digits>, got "${pinned.slice(0, 80)}".`);
  if (digest != null && parsed.digest !== null && digest !== parsed.digest)
    invalid(["digest"], "The image has another digest than `digest`.");
  return { image: parsed.image, tag: tag ?? parsed.tag, digest: pinned };
}

function readEnvironment(input: EnvironmentVariableInput[], field: string[], problems: Problems) {
  const seen = new Set<string>();
  return input.map(({ name, value }, index) => {
    const path = [...field, String(index)];
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,254}$/.test(name)) {
      const message = `Expected letters, digits and _, not starting with a digit, got "${name.slice(0, 80)}".`;
      problems.push({ code: UserErrorCode.INVALID, field: [...path, "name"], message });
    } else if (seen.has(name)) {
      const message = `Expected every name once, got ${name} again.`;
      problems.push({ code: UserErrorCode.DUPLICATE, field: [...path, "name"], message });
    }
    seen.add(name);
    return { name, value: readText(value, limits.dockerValue, [...path, "value"], problems) };
  });
}
