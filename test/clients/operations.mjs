/** What every client sends; each in its own way. The registry is a new one for each client. */
export const name = "PPE Detection";
export const createModel = `mutation CreateModel($input: CreateModelInput!) {
  createModel(input: $input) { model { id name } userErrors { code field message } }
}`;
export const findModel = "query FindModel($by: ModelBy!) { model(by: $by) { id name versionCount } }";
export const createModelVersion = `mutation CreateModelVersion($modelId: ID!) {
  createModelVersion(modelId: $modelId, input: { name: "v", type: LINE }) { modelVersion { id } }
}`;
export const createModelFile = `mutation CreateModelFile($id: ID!, $file: Upload!) {
  createModelFile(modelVersionId: $id, input: { name: "weights", file: $file }) { modelFile { filename size } }
}`;
export const invalid = "query Invalid { models { nodes { nothing } } }";

export const { REGISTRY_URL: url, API_TOKEN: token } = process.env;
