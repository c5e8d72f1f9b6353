import { Field, ObjectType } from "type-graphql";
import { DetectionType, Framework } from "../model-version/enums.ts";
import type { ModelVersion } from "../model-version/model-version.ts";
import { type Difference, difference } from "./differences.ts";

@ObjectType({ description: "Two texts that differ." })
export class TextDifference implements Difference<string> {
  @Field(() => String, { nullable: true, description: "That of `a`; null when it has none." })
  a!: string | null;

  @Field(() => String, { nullable: true, description: "That of `b`; null when it has none." })
  b!: string | null;
}

@ObjectType({ description: "Two frameworks that differ." })
export class FrameworkDifference implements Difference<Framework> {
  @Field(() => Framework, { nullable: true, description: "That of `a`; null when it has none." })
  a!: Framework | null;

  @Field(() => Framework, { nullable: true, description: "That of `b`; null when it has none." })
  b!: Framework | null;
}

@ObjectType({ description: "Two types that differ." })
export class DetectionTypeDifference {
  @Field(() => DetectionType, { description: "That of `a`." })
  a!: DetectionType;

  @Field(() => DetectionType, { description: "That of `b`." })
  b!: DetectionType;
}

@ObjectType({ description: "How the About sections of two versions differ; null stands for what does not." })
export class AboutDifferences {
  @Field(() => TextDifference, { nullable: true, description: "Their names." })
  name!: TextDifference | null;

  @Field(() => TextDifference, { nullable: true, description: "Their descriptions." })
  description!: TextDifference | null;

  @Field(() => FrameworkDifference, { nullable: true, description: "Their frameworks." })
  framework!: FrameworkDifference | null;

  @Field(() => DetectionTypeDifference, { nullable: true, description: "Their types." })
  type!: DetectionTypeDifference | null;
}

type About = Pick<ModelVersion, "name" | "description" | "framework" | "type">;

export function compareAbout(a: About, b: About): AboutDifferences {
  return {
    name: difference(a.name, b.name),
    description: difference(a.description, b.description),
    framework: difference(a.framework, b.framework),
    type: difference(a.type, b.type),
  };
}
