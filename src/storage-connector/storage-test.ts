import { Field, Int, ObjectType, registerEnumType } from "type-graphql";

export enum StorageTestStep {
  WRITE = "WRITE",
  READ = "READ",
  PARTS = "PARTS",
  REMOVE = "REMOVE",
}

registerEnumType(StorageTestStep, {
  name: "StorageTestStep",
  description: "What the test of a storage connector tries, in this order.",
  valuesConfig: {
    WRITE: { description: "To write a few bytes." },
    READ: { description: "To read them back, whole and in part, and compare." },
    PARTS: { description: "To upload a few bytes in parts, list the parts, join them, and read them back." },
    REMOVE: { description: "To remove all that the test has written, and see that it is gone." },
  },
});

@ObjectType({ description: "One step of the test of a storage connector." })
export class StorageTestResult {
  @Field(() => StorageTestStep, { description: "What was tried." })
  step!: StorageTestStep;

  @Field(() => Int, { description: "How long it took, in milliseconds." })
  milliseconds!: number;

  @Field(() => String, { nullable: true, description: "Why it failed; null when it did not." })
  problem!: string | null;
}

@ObjectType({ description: "Whether a storage connector does what the registry needs." })
export class StorageTest {
  @Field(() => Boolean, { description: "Whether every step succeeded." })
  ok!: boolean;

  @Field(() => [StorageTestResult], {
    description: "What was tried, in order; the first step that fails is the last one.",
  })
  steps!: StorageTestResult[];
}
