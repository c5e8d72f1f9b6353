import { Client, cacheExchange, fetchExchange } from "@urql/core";
import { createModel, findModel, invalid, name, token, url } from "./operations.mjs";

const methods = new Set();
const client = connect(`Bearer ${token}`);
const created = await client.mutation(createModel, { input: { name } });
const refused = await client.mutation(createModel, { input: { name } });
const found = await client.query(findModel, { by: { name } });
const answers = {
  created: created.data.createModel.model.name,
  refused: refused.data.createModel.userErrors[0].code,
  found: found.data?.model.name ?? found.error.message,
  invalid: await codeOf(client.query(invalid, {})),
  noToken: await codeOf(connect("").query(findModel, { by: { name } })),
  methods: [...methods],
};
console.log(JSON.stringify(answers));

function connect(authorization) {
  return new Client({
    url,
    exchanges: [cacheExchange, fetchExchange],
    fetchOptions: { headers: { authorization } },
    fetch(input, init) {
      methods.add(init.method);
      return fetch(input, init);
    },
  });
}

async function codeOf(answer) {
  const { error } = await answer;
  return error?.graphQLErrors[0]?.extensions.code ?? String(error);
}
