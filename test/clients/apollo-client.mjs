import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { createModel, findModel, invalid, name, token, url } from "./operations.mjs";

export async function run(Link) {
  const client = connect(Link, `Bearer ${token}`);
  const create = { mutation: gql(createModel), variables: { input: { name } } };
  const find = { query: gql(findModel), variables: { by: { name } } };
  const created = await client.mutate(create);
  const refused = await client.mutate(create);
  const found = await client.query(find);
  const { id } = found.data.model;
  return {
    created: created.data.createModel.model.name,
    refused: refused.data.createModel.userErrors[0].code,
    found: found.data.model.name,
    invalid: await codeOf(client.query({ query: gql(invalid) })),
    noToken: await codeOf(connect(Link, "").query(find)),
    cachedById: client.cache.extract()[`Model:${id}`].id === id,
  };
}

function connect(Link, authorization) {
  return new ApolloClient({
    link: new Link({ uri: url, headers: { authorization } }),
    cache: new InMemoryCache(),
  });
}

/** An error of another class would mean that the client did not take the answer for GraphQL. */
async function codeOf(answer) {
  const error = await answer.catch((error) => error);
  return CombinedGraphQLErrors.is(error) ? error.errors[0].extensions.code : String(error);
}

if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(await run(HttpLink)));
