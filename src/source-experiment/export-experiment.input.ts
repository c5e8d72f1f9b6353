import { Field, InputType } from "type-graphql";
import {
  type DockerImageDraft,
  DockerImageInput,
  readDockerImage,
} from "../docker-image/docker-image.input.ts";
import type { Experiment } from "../experiment/experiment.ts";
import { ExperimentStatus } from "../experiment/experiment-status.ts";
import { limits } from "../limits.ts";
import { CreateModelInput } from "../model/model.input.ts";
import { Framework } from "../model-version/enums.ts";
import { type Problems, readDescription, readName } from "../text.ts";
import { Refusal, refuse, UserErrorCode } from "../user-error.ts";

@InputType({ description: "The version that an experiment is exported as." })
export class ExportExperimentInput {
  @Field(() => String, {
    description: `Unique among the versions of the model; 1 to ${limits.name} characters.`,
  })
  name!: string;

  @Field(() => String, { nullable: true, description: `At most ${limits.description} characters.` })
  description?: string | null;

  @Field(() => CreateModelInput, {
    nullable: true,
    description: "A new model, of which it becomes the first version; in the place of `modelId`.",
  })
  model?: CreateModelInput | null;

  @Field(() => Framework, {
    nullable: true,
    description:
      "What its files are made for. Only of an experiment without a base, from which it comes otherwise.",
  })
  framework?: Framework | null;

  @Field(() => DockerImageInput, {
    nullable: true,
    description:
      "The docker image of the training script. Only of an experiment without a base, from which it comes otherwise.",
  })
  dockerImage?: DockerImageInput | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: "Exports an experiment that has not come to SUCCESS too.",
  })
  anyStatus!: boolean;
}

export interface ReadExport {
  about: { name: string; description: string | null };
  model: { name: string; description: string | null } | null;
  dockerImage: DockerImageDraft | null;
}

/** The input as it is stored. @throws Refusal with all that is wrong with it by itself */
export function readExport(input: ExportExperimentInput, modelId: string | null): ReadExport {
  const problems: Problems = [];
  const { model, dockerImage } = input;
  if ((modelId == null) === (model == null)) {
    const message = `Expected either a model or a new one, got ${model ? "both" : "neither"}.`;
    problems.push({ code: UserErrorCode.INVALID, field: ["modelId"], message });
  }
  const read = (from: { name: string; description?: string | null }, ...path: string[]) => ({
    name: readName(from.name, ["input", ...path, "name"], problems),
    description: readDescription(from.description, ["input", ...path, "description"], problems),
  });
  const stored = {
    about: read(input),
    model: model ? read(model, "model") : null,
    dockerImage: dockerImage ? readDockerImage(dockerImage, ["input", "dockerImage"], problems) : null,
  };
  if (problems.length > 0) throw new Refusal(problems);
  return stored;
}

/** Whether the experiment can be exported as the input says. @throws Refusal */
export function requireExportable(experiment: Experiment, input: ExportExperimentInput): void {
  const { status, baseModelVersionId } = experiment;
  if (status !== ExperimentStatus.SUCCESS && !input.anyStatus) {
    const message = `Expected an experiment with the status SUCCESS, got ${status}; with anyStatus it is exported all the same.`;
    refuse(UserErrorCode.CONFLICT, ["id"], message);
  }
  for (const name of ["framework", "dockerImage"] as const)
    if (baseModelVersionId !== null && input[name] != null)
      refuse(UserErrorCode.CONFLICT, ["input", name], "The experiment has it from its base.");
}
