import { Field, ObjectType } from "type-graphql";
import { ModelVersion } from "../model-version/model-version.ts";

@ObjectType({
  description:
    "What makes one version another, section by section, as both are now: what is the same in both is left out. What the versions " +
    "were trained with is compared as their source experiments tell it; a version that was made by hand has nothing there.",
})
export class ModelVersionComparison {
  @Field(() => ModelVersion, { description: "The one version." })
  a!: ModelVersion;

  @Field(() => ModelVersion, { description: "The other version." })
  b!: ModelVersion;
}
