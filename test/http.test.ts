import { connect } from "node:net";
import { expect, test } from "@jest/globals";
import { aRegistry } from "./support/registry.ts";
import { aModel } from "./support/seed.ts";

/** Sends bytes as they are, and gives the status and the body, which must be GraphQL JSON. */
async function post(
  body: string | Buffer | undefined,
  headers: Record<string, string> = {},
  path = "",
  method = "POST",
) {
  const { url, token } = await aRegistry();
  const response = await fetch(url + path, {
    method,
    headers: { "content-type": "application/json", authorization: `Bearer ${token}`, ...headers },
    ...(body !== undefined && { body }),
  });
  expect(response.headers.get("content-type")).toMatch(/json/);
  expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  return { status: response.status, body: await response.json() };
}

test.each<[string, string | undefined, Record<string, string>, number, string]>([
  ["no JSON", "{", {}, 400, "BAD_REQUEST"],
  ["an empty body", "", {}, 400, "BAD_REQUEST"],
  ["JSON that is no operation", "[1]", {}, 400, "BAD_REQUEST"],
  ["null", "null", {}, 400, "BAD_REQUEST"],
  ["a poisoned prototype", '{"query":"{__typename}","__proto__":{"a":1}}', {}, 400, "BAD_REQUEST"],
  ["a query that is a number", '{"query":5}', {}, 400, "BAD_REQUEST"],
  ["variables that are text", '{"query":"{__typename}","variables":"a"}', {}, 400, "BAD_REQUEST"],
  ["a batch", '[{"query":"{__typename}"}]', {}, 400, "BAD_REQUEST"],
  ["plain text", "{__typename}", { "content-type": "text/plain" }, 415, "UNSUPPORTED_MEDIA_TYPE"],
  [
    "a form",
    "query={__typename}",
    { "content-type": "application/x-www-form-urlencoded" },
    415,
    "UNSUPPORTED_MEDIA_TYPE",
  ],
  ["an empty form", "--x--", { "content-type": "multipart/form-data; boundary=x" }, 400, "BAD_REQUEST"],
  [
    "5 MB",
    JSON.stringify({ query: "{__typename}", variables: { a: "x".repeat(5_000_000) } }),
    {},
    413,
    "PAYLOAD_TOO_LARGE",
  ],
  ["no GraphQL", '{"query":"{"}', {}, 400, "GRAPHQL_PARSE_FAILED"],
  ["a field that does not exist", '{"query":"{nothing}"}', {}, 400, "GRAPHQL_VALIDATION_FAILED"],
  [
    "two operations and no name",
    '{"query":"query A{__typename} query B{__typename}"}',
    {},
    400,
    "OPERATION_RESOLUTION_FAILURE",
  ],
  ["a subscription", '{"query":"subscription{x}"}', {}, 400, "OPERATION_RESOLUTION_FAILURE"],
  ["an empty subscription", '{"query":"subscription{__typename}"}', {}, 400, "OPERATION_RESOLUTION_FAILURE"],
  [
    "a persisted query",
    '{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}',
    {},
    200,
    "PERSISTED_QUERY_NOT_SUPPORTED",
  ],
  ["a variable that is missing", '{"query":"query($id:ID!){node(id:$id){id}}"}', {}, 400, "BAD_USER_INPUT"],
])("%s gets a typed error as JSON", async (_what, body, headers, status, code) => {
  const answer = await post(body, headers);
  expect(answer).toMatchObject({
    status,
    body: { errors: [{ message: expect.any(String), extensions: { code } }] },
  });
  expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.ts:|\.js:|stack|select /i);
});

test("another address, another method", async () => {
  const errors = (code: string) => ({ body: { errors: [{ extensions: { code } }] } });
  expect(await post("{}", {}, "/nothing")).toMatchObject({ status: 404, ...errors("NOT_FOUND") });
  expect(await post("{}", {}, "", "PUT")).toMatchObject({ status: 405, ...errors("METHOD_NOT_ALLOWED") });
  expect(await post("{}", {}, "", "DELETE")).toMatchObject({ status: 405, ...errors("METHOD_NOT_ALLOWED") });
});

test("200,000 levels of JSON are refused like 33", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  const query = `mutation ($v: JSON!) { createModelVersion(modelId: "${modelId}", input: { name: "v", type: LINE,
    parameters: [{ name: "p", value: $v }] }) { userErrors { code message } } }`;
  const body = JSON.stringify({ query, variables: { v: "deep" } }).replace(
    '"deep"',
    "[".repeat(200_000) + "]".repeat(200_000),
  );
  const response = await fetch(registry.url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${registry.token}` },
    body,
  });
  expect(await response.json()).toMatchObject({
    data: {
      createModelVersion: { userErrors: [{ code: "INVALID", message: "Expected at most 32 levels." }] },
    },
  });
});

test("a GET runs a query, and no mutation", async () => {
  const { url, token } = await aRegistry();
  const get = async (query: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}?query=${encodeURIComponent(query)}`, { headers });
    return [response.status, await response.json()];
  };
  expect(await get("{ viewer { role } }")).toEqual([200, { data: { viewer: { role: "OWNER" } } }]);
  expect(await get('mutation { createModel(input: { name: "a" }) { model { id } } }')).toMatchObject([
    405,
    { errors: [{ extensions: { code: "METHOD_NOT_ALLOWED" } }] },
  ]);
});

test("what another site's page can send without asking first reads nothing and changes nothing", async () => {
  const registry = await aRegistry();
  const mutation = 'mutation { createModel(input: { name: "a" }) { model { id } } }';
  const origin = { origin: "https://evil.example.com", cookie: `token=${registry.token}` };
  for (const [type, status] of [
    ["text/plain", 415],
    ["application/x-www-form-urlencoded", 415],
    ["multipart/form-data; boundary=x", 401],
  ] as const) {
    const headers = { ...origin, "content-type": type };
    const response = await fetch(registry.url, {
      method: "POST",
      headers,
      body: JSON.stringify({ query: mutation }),
    });
    expect(response.status).toBe(status);
  }
  const read = await fetch(`${registry.url}?query={viewer{role}}`, { headers: origin });
  expect([read.status, read.headers.get("access-control-allow-origin")]).toEqual([401, null]);
});

test("an error before GraphQL has the type that the client asks for", async () => {
  const { url } = await aRegistry();
  const headers = { accept: "application/graphql-response+json", "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: "{" });
  expect(response.headers.get("content-type")).toBe("application/graphql-response+json; charset=utf-8");
});

test("CORS admits the origins of the configuration", async () => {
  const { url } = await aRegistry();
  const preflight = (origin: string) =>
    fetch(url, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      },
    });
  const allowed = await preflight("https://app.example.com");
  expect([allowed.status, allowed.headers.get("access-control-allow-origin")]).toEqual([
    204,
    "https://app.example.com",
  ]);
  expect(allowed.headers.get("access-control-allow-headers")).toBe("authorization,content-type");
  const refused = await preflight("https://evil.example.com");
  expect(refused.headers.get("access-control-allow-origin")).toBeNull();
  const answer = await fetch(url, {
    method: "POST",
    headers: { origin: "https://app.example.com", "content-type": "application/json" },
    body: '{"query":"{__typename}"}',
  });
  expect(answer.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
  expect(answer.headers.get("access-control-expose-headers")).toContain("x-request-id");
});

test("health says whether the database answers, without a token", async () => {
  const { url } = await aRegistry();
  const response = await fetch(url.replace("/graphql", "/health"));
  expect([response.status, await response.json()]).toEqual([200, { status: "ok" }]);
});

test.each([
  ["bytes that are not HTTP", "hello\r\n\r\n", "400"],
  [
    "a host that is none",
    "GET /graphql?query={__typename} HTTP/1.1\r\nhost: [\r\nconnection: close\r\n\r\n",
    "400",
  ],
  ["headers of 100 KB", `GET /graphql HTTP/1.1\r\nhost: a\r\nx: ${"x".repeat(100_000)}\r\n\r\n`, "431"],
])("%s get a typed error too", async (_what, bytes, status) => {
  const { url } = await aRegistry();
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.write(bytes);
  let answer = "";
  for await (const chunk of socket) answer += chunk;
  const [head, body = ""] = answer.split("\r\n\r\n");
  expect(head).toContain(`HTTP/1.1 ${status}`);
  expect(JSON.parse(body)).toMatchObject({
    errors: [{ message: expect.any(String), extensions: { code: "BAD_REQUEST" } }],
  });
});

test("what a mutation wrote is seen by the next one in the same request", async () => {
  const registry = await aRegistry();
  const id = await aModel(registry);
  const create = (
    name: string,
  ) => `createModelVersion(modelId: "${id}", input: { name: "${name}", type: LINE }) {
    modelVersion { model { versionCount latestVersion { name } } }
  }`;
  const { a, b } = await registry.ask(`mutation { a: ${create("one")} b: ${create("two")} }`);
  expect(a.modelVersion.model).toEqual({ versionCount: 1, latestVersion: { name: "one" } });
  expect(b.modelVersion.model).toEqual({ versionCount: 2, latestVersion: { name: "two" } });
});

test("an address that cannot be decoded, and an OPTIONS that is no preflight, are answered as the others are", async () => {
  const { url } = await aRegistry();
  const bad = await fetch(url.replace("/graphql", "/%zz"));
  expect([bad.status, await bad.json()]).toMatchObject([
    400,
    { errors: [{ extensions: { code: "BAD_REQUEST" } }] },
  ]);
  expect((await fetch(url, { method: "OPTIONS" })).status).toBe(204);
});
