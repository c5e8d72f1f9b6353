import { randomUUID } from "node:crypto";
import type { Ask } from "./ask.ts";
import { Failure } from "./failure.ts";
import type { DemoVersion } from "./models/model.ts";

/** Who the demo acts as. */
export interface Viewer {
  user: { name: string };
  organization: { name: string };
}

interface Node {
  id: string;
}

interface UserError {
  code: string;
  field: string[] | null;
  message: string;
}

export async function viewer(ask: Ask): Promise<Viewer> {
  const data = await ask<{ viewer: Viewer }>("{ viewer { user { name } organization { name } } }");
  return data.viewer;
}

/** @returns the id of the model; null when there is none. */
export async function findModel(ask: Ask, name: string): Promise<string | null> {
  const { model } = await ask<{ model: Node | null }>(
    "query FindModel($name: String!) { model(by: { name: $name }) { id } }",
    { name },
  );
  return model?.id ?? null;
}

/** @returns the id of the version; null when there is none. */
export async function findVersion(ask: Ask, modelId: string, name: string): Promise<string | null> {
  const { modelVersion } = await ask<{ modelVersion: Node | null }>(
    `query FindVersion($modelId: ID!, $name: String!) {
      modelVersion(by: { name: { model: { id: $modelId }, name: $name } }) { id }
    }`,
    { modelId, name },
  );
  return modelVersion?.id ?? null;
}

/** @returns the id of the new model; null when somebody has taken its name. @throws Failure */
export async function createModel(
  ask: Ask,
  input: { name: string; description: string | null },
): Promise<string | null> {
  const { createModel } = await ask<{ createModel: { model: Node | null; userErrors: UserError[] } }>(
    `mutation CreateModel($input: CreateModelInput!, $idempotencyKey: String!) {
      createModel(input: $input, idempotencyKey: $idempotencyKey) { model { id } userErrors { code field message } }
    }`,
    { input, idempotencyKey: randomUUID() },
  );
  return created(input.name, createModel.model, createModel.userErrors);
}

/** @returns the id of the new version; null when somebody has taken its name. @throws Failure */
export async function createVersion(ask: Ask, modelId: string, input: DemoVersion): Promise<string | null> {
  const { createModelVersion } = await ask<{
    createModelVersion: { modelVersion: Node | null; userErrors: UserError[] };
  }>(
    `mutation CreateVersion($modelId: ID!, $input: CreateModelVersionInput!, $idempotencyKey: String!) {
      createModelVersion(modelId: $modelId, input: $input, idempotencyKey: $idempotencyKey) {
        modelVersion { id } userErrors { code field message }
      }
    }`,
    { modelId, input, idempotencyKey: randomUUID() },
  );
  return created(input.name, createModelVersion.modelVersion, createModelVersion.userErrors);
}

function created(name: string, node: Node | null, userErrors: UserError[]): string | null {
  if (userErrors.length === 0 || userErrors.every(({ code }) => code === "TAKEN")) return node?.id ?? null;
  const reasons = userErrors.map(({ field, message }) => `${field?.join(".") ?? "the request"}: ${message}`);
  throw new Failure(`The registry refused "${name}". ${reasons.join(" ")}`);
}
