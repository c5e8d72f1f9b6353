import { type Fields, type Part, sendForm } from "./multipart.ts";
import type { Registry } from "./registry.ts";
import type { Data } from "./send.ts";

type Ask = Registry["ask"];

const artifactFields = "id name filename contentType size sha256 status inherited";

/** The form that adds an artifact to an experiment. */
export function artifactForm(experimentId: string, input: object = {}, idempotencyKey?: string): Fields {
  const query = `mutation ($experimentId: ID!, $input: CreateArtifactInput!, $idempotencyKey: String) {
    createArtifact(experimentId: $experimentId, input: $input, idempotencyKey: $idempotencyKey) {
      artifact { ${artifactFields} } userErrors { code field message }
    }
  }`;
  const variables = { experimentId, input: { name: "weights", file: null, ...input }, idempotencyKey };
  return { operations: { query, variables }, map: { 0: ["variables.input.file"] } };
}

/** Adds an artifact to an experiment, and gives the payload. */
export async function createArtifact(
  registry: Pick<Registry, "url" | "token">,
  experimentId: string,
  bytes: Part["bytes"],
  { filename = "best.pt", idempotencyKey, ...input }: { [option: string]: Data } = {},
): Promise<Data> {
  const form = artifactForm(experimentId, input, idempotencyKey);
  const { body } = await sendForm(registry, form, [{ bytes, filename }]);
  if (body.errors) throw new Error(JSON.stringify(body.errors));
  return body.data.createArtifact;
}

/** The artifacts of an experiment, in the order of their names. */
export async function artifactsOf(ask: Ask, id: string, fields = "name inherited"): Promise<Data[]> {
  const query = `query ($id: ID!) { experiment(by: { id: $id }) { artifacts { nodes { ${fields} } } } }`;
  return (await ask(query, { id })).experiment.artifacts.nodes;
}

export async function deleteArtifact(ask: Ask, id: string): Promise<Data> {
  const query = `mutation ($id: ID!) {
    deleteArtifact(id: $id) { deletedId experiment { artifacts { totalCount } } userErrors { code field } }
  }`;
  return (await ask(query, { id })).deleteArtifact;
}

/** Begins to upload an artifact in parts; gives the payload. */
export async function beginArtifact(ask: Ask, experimentId: string, input: object): Promise<Data> {
  const query = `mutation ($experimentId: ID!, $input: BeginArtifactUploadInput!) {
    beginArtifactUpload(experimentId: $experimentId, input: $input) {
      pendingUpload { id partSize partCount modelVersion { id } experiment { id } file { id } }
      userErrors { code field message }
    }
  }`;
  const variables = { experimentId, input: { name: "weights", filename: "best.pt", ...input } };
  return (await ask(query, variables)).beginArtifactUpload;
}

/** Moves an experiment on. */
export async function setStatus(ask: Ask, id: string, ...statuses: string[]): Promise<void> {
  const query = `mutation ($id: ID!, $status: ExperimentStatus!) {
    setExperimentStatus(id: $id, status: $status) { userErrors { message } }
  }`;
  for (const status of statuses) {
    const { setExperimentStatus } = await ask(query, { id, status });
    if (setExperimentStatus.userErrors.length > 0) throw new Error(JSON.stringify(setExperimentStatus));
  }
}
