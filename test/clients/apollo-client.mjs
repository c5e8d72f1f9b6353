import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { createModel, findModel, invalid, token, url } from "./operations.mjs";

export async function run(Link) {
  const client = connect(Link, `Bearer ${token}`);
  const name = "From Apollo Client";
  const created = await client.mutate({ mutation: gql(createModel), variables: { input: { name } } });
  const refused = await client.mutate({ mutation: gql(createModel), variables: { input: { name } } });
  const found = await client.query({ query: gql(findModel), variables: { by: { name } } });
  return {
    created: created.data.createModel.model.name,
    refused: refused.data.createModel.userErrors[0].code,
    found: found.data.model.name,
    invalid: await codeOf(client.query({ query: gql(invalid) })),
    noToken: await codeOf(connect(Link, "").query({ query: gql(findModel), variables: { by: { name } } })),
    cached: Object.keys(client.cache.extract()).filter((key) => key.startsWith("Model:")),
    id: found.data.model.id,
  };
}

function connect(Link, authorization) {
  return new ApolloClient({
    link: new Link({ uri: url, headers: { authorization } }),
    cache: new InMemoryCache(),
  });
}

/** Any other class, such as ServerError, would mean that the client did not take the answer for GraphQL. */
async function codeOf(answer) {
  const error = await answer.catch((error) => error);
  return CombinedGraphQLErrors.is(error) ? error.errors[0].extensions.code : `${error}`;
}

if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(await run(HttpLink)));
