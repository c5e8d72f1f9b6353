import { ClientError, GraphQLClient } from "graphql-request";
import { createModel, findModel, invalid, name, token, url } from "./operations.mjs";

const client = connect(`Bearer ${token}`);
const created = await client.request(createModel, { input: { name } });
const refused = await client.request(createModel, { input: { name } });
const found = await client.request(findModel, { by: { name } });
const answers = {
  created: created.createModel.model.name,
  refused: refused.createModel.userErrors[0].code,
  found: found.model.name,
  invalid: await codeOf(client.request(invalid)),
  noToken: await codeOf(connect("").request(findModel, { by: { name } })),
};
console.log(JSON.stringify(answers));

function connect(authorization) {
  return new GraphQLClient(url, { headers: { authorization } });
}

async function codeOf(answer) {
  const error = await answer.catch((error) => error);
  return error instanceof ClientError ? error.response.errors[0].extensions.code : String(error);
}
