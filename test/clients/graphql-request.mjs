import { ClientError, GraphQLClient } from "graphql-request";
import { createModel, findModel, invalid, token, url } from "./operations.mjs";

const client = connect(`Bearer ${token}`);
const name = "From graphql-request";
const created = await client.request(createModel, { input: { name } });
const refused = await client.request(createModel, { input: { name } });
const found = await client.request(findModel, { by: { name } });
console.log(
  JSON.stringify({
    created: created.createModel.model.name,
    refused: refused.createModel.userErrors[0].code,
    found: found.model.name,
    invalid: await codeOf(client.request(invalid)),
    noToken: await codeOf(connect("").request(findModel, { by: { name } })),
    viaGet: await connect(`Bearer ${token}`, "GET").request(findModel, { by: { name } }),
  }),
);

function connect(authorization, method = "POST") {
  return new GraphQLClient(url, { method, headers: { authorization } });
}

async function codeOf(answer) {
  const error = await answer.catch((error) => error);
  return error instanceof ClientError ? error.response.errors[0].extensions.code : `${error}`;
}
