import { ApolloClient, gql, InMemoryCache } from "@apollo/client";
import UploadHttpLink from "apollo-upload-client/UploadHttpLink.mjs";
import { run } from "./apollo-client.mjs";
import { createModelFile, createModelVersion, findModel, name, token, url } from "./operations.mjs";

const answers = await run(UploadHttpLink);
console.log(JSON.stringify({ ...answers, uploaded: await upload("the bytes") }));

async function upload(text) {
  const link = new UploadHttpLink({ uri: url, headers: { authorization: `Bearer ${token}` } });
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  const found = await client.query({ query: gql(findModel), variables: { by: { name } } });
  const mutation = gql(createModelVersion);
  const created = await client.mutate({ mutation, variables: { modelId: found.data.model.id } });
  const { id } = created.data.createModelVersion.modelVersion;
  const file = new File([text], "best.onnx", { type: "application/octet-stream" });
  const added = await client.mutate({ mutation: gql(createModelFile), variables: { id, file } });
  const { filename, size } = added.data.createModelFile.modelFile;
  return { filename, size };
}
