import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Context } from "../context.ts";
import { Experiment, experimentOfSource } from "../experiment/experiment.ts";
import { byName, FileOrder, FileWhere } from "../file/file.input.ts";
import type { Connection } from "../page/connection.ts";
import { pageRequest } from "../page/page.ts";
import { PageArgs } from "../page/page-args.ts";
import { Reads } from "../read-ahead/reads.ts";
import type { Soon } from "../read-ahead/soon.ts";
import { normalizeName } from "../text.ts";
import { Artifact, ArtifactConnection, artifactByName, artifactsOf } from "./artifact.ts";
import { isInherited } from "./experiment-base-file.ts";

@Resolver(() => Artifact)
export class ArtifactResolver {
  @Reads(experimentOfSource)
  @FieldResolver(() => Experiment, { description: "The experiment that it belongs to." })
  experiment(@Root() artifact: Artifact, @Ctx() context: Context): Soon<Experiment | null> {
    return experimentOfSource(context, artifact);
  }

  @Reads(isInherited)
  @FieldResolver(() => Boolean, {
    description:
      "Whether its bytes are still those of a file that the base had when the experiment began, however they came here; false unless it is READY.",
  })
  inherited(@Root() artifact: Artifact, @Ctx() context: Context): Soon<boolean> {
    return isInherited(context, artifact);
  }
}

@Resolver(() => Experiment)
export class ArtifactsOfExperimentResolver {
  @Reads(artifactByName, { args: ({ name }: { name: string }) => normalizeName(name) })
  @FieldResolver(() => Artifact, {
    nullable: true,
    description: "The artifact of the experiment that has this name; null when there is none.",
  })
  artifact(
    @Root() experiment: Experiment,
    @Arg("name", () => String, { description: "Its name, such as `weights`." }) name: string,
    @Ctx() context: Context,
  ): Soon<Artifact | null> {
    return artifactByName(context, experiment, normalizeName(name));
  }

  @Reads(artifactsOf, { args: pageRequest })
  @FieldResolver(() => ArtifactConnection, {
    description:
      "Its files. It begins with those of its base that are READY then; an export makes all of them files of the version.",
  })
  artifacts(
    @Root() experiment: Experiment,
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => FileWhere, { nullable: true, description: "Which artifacts." })
    where: FileWhere | null,
    @Arg("orderBy", () => FileOrder, { defaultValue: byName, description: "In which order." })
    orderBy: FileOrder,
    @Ctx() context: Context,
  ): Soon<Connection<Artifact>> {
    return artifactsOf(context, experiment, { page, where, orderBy });
  }
}
