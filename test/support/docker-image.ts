import type { Registry } from "./registry.ts";
import type { Data } from "./send.ts";

const image = "image tag digest flags environmentVariables { name value secret visibility }";
const version = `updatedAt revisions { about dockerImage } trainable { ready } dockerImage { ${image} }`;

export interface DockerImageEdit {
  id: string;
  input?: object;
  expectedRevision?: number;
  dryRun?: boolean;
}

/** What a version shows of its docker image. */
export async function dockerImage(registry: Pick<Registry, "ask">, id: string): Promise<Data> {
  const query = `query ($id: ID!) { modelVersion(by: { id: $id }) { ${version} } }`;
  return (await registry.ask(query, { id })).modelVersion;
}

export const updateDockerImageMutation = `
  mutation ($id: ID!, $input: UpdateDockerImageInput!, $expectedRevision: Int, $dryRun: Boolean! = false) {
    updateDockerImage(id: $id, input: $input, expectedRevision: $expectedRevision, dryRun: $dryRun) {
      modelVersion { ${version} } dockerImage { ${image} } userErrors { code field message }
    }
  }`;

export async function updateDockerImage(
  registry: Pick<Registry, "ask">,
  edit: DockerImageEdit,
): Promise<Data> {
  return (await registry.ask(updateDockerImageMutation, edit)).updateDockerImage;
}

export async function removeDockerImage(
  registry: Pick<Registry, "ask">,
  edit: DockerImageEdit,
): Promise<Data> {
  const mutation = `mutation ($id: ID!, $expectedRevision: Int, $dryRun: Boolean! = false) {
    removeDockerImage(id: $id, expectedRevision: $expectedRevision, dryRun: $dryRun) {
      modelVersion { ${version} } userErrors { code field message }
    }
  }`;
  return (await registry.ask(mutation, edit)).removeDockerImage;
}
