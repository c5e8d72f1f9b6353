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

/** @param document a query for one object under the name `found`. @returns its id; null when there is none */
export async function find(ask: Ask, document: string, variables: object): Promise<string | null> {
  const { found } = await ask<{ found: Node | null }>(document, { ...variables });
  return found?.id ?? null;
}

/**
 * @param document a mutation under the name `created`, which gives the new object as `node`, and takes an idempotency key
 * @returns the id of the new object; null when somebody has taken its name. @throws Failure
 */
export async function create(
  ask: Ask,
  what: string,
  document: string,
  variables: object,
  file?: File,
): Promise<string | null> {
  const { created } = await ask<{ created: { node: Node | null; userErrors: UserError[] } }>(
    `${document} fragment Errors on UserError { code field message }`,
    { ...variables, idempotencyKey: randomUUID() },
    file,
  );
  const { node, userErrors } = created;
  if (userErrors.every(({ code }) => code === "TAKEN")) return node?.id ?? null;
  const reasons = userErrors.map(({ field, message }) => `${field?.join(".") ?? "the request"}: ${message}`);
  throw new Failure(`The registry refused "${what}". ${reasons.join(" ")}`);
}

export function findModel(ask: Ask, name: string): Promise<string | null> {
  return find(ask, "query FindModel($name: String!) { found: model(by: { name: $name }) { id } }", { name });
}

export function findVersion(ask: Ask, modelId: string, name: string): Promise<string | null> {
  const document = `query FindVersion($modelId: ID!, $name: String!) {
    found: modelVersion(by: { name: { model: { id: $modelId }, name: $name } }) { id }
  }`;
  return find(ask, document, { modelId, name });
}

export async function findFile(ask: Ask, versionId: string, name: string): Promise<string | null> {
  const { modelVersion } = await ask<{ modelVersion: { file: Node | null } | null }>(
    "query FindFile($id: ID!, $name: String!) { modelVersion(by: { id: $id }) { file(name: $name) { id } } }",
    { id: versionId, name },
  );
  return modelVersion?.file?.id ?? null;
}

export function createModel(
  ask: Ask,
  input: { name: string; description: string | null },
): Promise<string | null> {
  const document = `mutation CreateModel($input: CreateModelInput!, $idempotencyKey: String!) {
    created: createModel(input: $input, idempotencyKey: $idempotencyKey) {
      node: model { id } userErrors { ...Errors }
    }
  }`;
  return create(ask, input.name, document, { input });
}

export function createVersion(ask: Ask, modelId: string, input: DemoVersion): Promise<string | null> {
  const document = `mutation CreateVersion($modelId: ID!, $input: CreateModelVersionInput!, $idempotencyKey: String!) {
    created: createModelVersion(modelId: $modelId, input: $input, idempotencyKey: $idempotencyKey) {
      node: modelVersion { id } userErrors { ...Errors }
    }
  }`;
  return create(ask, input.name, document, { modelId, input });
}

/** Uploads a file in the same request, as a browser does. */
export function createFile(ask: Ask, versionId: string, name: string, file: File): Promise<string | null> {
  const document = `mutation CreateFile($versionId: ID!, $name: String!, $file: Upload!, $idempotencyKey: String!) {
    created: createModelFile(
      modelVersionId: $versionId, input: { name: $name, file: $file }, idempotencyKey: $idempotencyKey
    ) { node: modelFile { id } userErrors { ...Errors } }
  }`;
  return create(ask, name, document, { versionId, name, file: null }, file);
}
