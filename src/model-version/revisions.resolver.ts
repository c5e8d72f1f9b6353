import { Field, FieldResolver, Int, ObjectType, Resolver, Root } from "type-graphql";
import { propertiesJson } from "../read-ahead/json.ts";
import { InSql, Needs } from "../read-ahead/reads.ts";
import { ModelVersion } from "./model-version.ts";

@ObjectType({
  description:
    "How often each section of a version was changed, so that an edit can tell whether it is out of date.",
})
export class Revisions {
  @Field(() => Int, { description: "Of name, description, type and framework." })
  about!: number;

  @Field(() => Int, { description: "Of the label map." })
  labels!: number;

  @Field(() => Int, { description: "Of the training parameters." })
  parameters!: number;

  @Field(() => Int, { description: "Of the docker image." })
  dockerImage!: number;

  @Field(() => Int, { description: "Of the files." })
  files!: number;
}

/** By section, the property of a version that counts. */
const counters = {
  about: "aboutRevision",
  labels: "labelsRevision",
  parameters: "parametersRevision",
  dockerImage: "dockerImageRevision",
  files: "filesRevision",
} as const;

@Resolver(() => ModelVersion)
export class RevisionsResolver {
  @InSql(propertiesJson(counters))
  @Needs<ModelVersion>(...Object.values(counters))
  @FieldResolver(() => Revisions, {
    description: "The revision of each section; a new version starts with 1.",
  })
  revisions(@Root() version: ModelVersion): Revisions {
    return {
      about: version.aboutRevision,
      labels: version.labelsRevision,
      parameters: version.parametersRevision,
      dockerImage: version.dockerImageRevision,
      files: version.filesRevision,
    };
  }
}
