import type { EntityManager } from "typeorm";
import { once } from "../idempotency-key/idempotency-key.ts";
import { type Problems, readDescription, readName } from "../text.ts";
import { Refusal } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import type { CreateModelInput } from "./model.input.ts";
import { Model } from "./model.ts";

/** @returns the UUID of the new model. @throws Refusal */
export async function createModel(
  tx: EntityManager,
  viewer: Viewer,
  input: CreateModelInput,
  idempotencyKey: string | null,
): Promise<string> {
  const problems: Problems = [];
  const name = readName(input.name, ["input", "name"], problems);
  const description = readDescription(input.description, ["input", "description"], problems);
  if (problems.length > 0) throw new Refusal(problems);

  return once(tx, viewer, { key: idempotencyKey, mutation: "createModel", input }, async (id) => {
    const { organizationId, userId } = viewer;
    await tx.insert(Model, { id, organizationId, createdById: userId, name, description });
  });
}
