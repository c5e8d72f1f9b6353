import { expect, test } from "@jest/globals";
import { apiTokenSecret, newSecret } from "../src/api-token/secret.ts";
import { Role } from "../src/member/role.ts";
import { aMember, aRegistry } from "./support/registry.ts";
import { aModel } from "./support/seed.ts";
import { sender } from "./support/send.ts";

const viewer = "{ viewer { role user { name email pictureUrl } organization { name createdAt } } }";

test("a token says who asks, and for which organization", async () => {
  const registry = await aRegistry();
  expect(await registry.ask(viewer)).toEqual({
    viewer: {
      role: "OWNER",
      user: {
        name: "Ada Lovelace",
        email: `${registry.userId}@example.com`,
        pictureUrl: "https://pictures.example.com/ada.png",
      },
      organization: { name: "Acme Vision", createdAt: expect.any(String) },
    },
  });
});

const newToken = () => newSecret(apiTokenSecret).text;
const missing = "An API token is required: send the header `Authorization: Bearer mreg_…`.";
const malformed = "The API token is malformed: expected `Authorization: Bearer mreg_…` with the whole token.";
const unknown = "The API token is unknown: it was never issued, or has been revoked.";

test.each([
  ["no token", "", missing],
  ["another scheme", "Basic YTpi", malformed],
  ["the scheme alone", "Bearer", malformed],
  ["a token without its scheme", newToken(), malformed],
  ["half a token", `Bearer ${newToken().slice(0, 30)}`, malformed],
  ["a mistyped token", `Bearer ${newToken().replace(/.$/, "!")}`, malformed],
  ["an unknown token", `Bearer ${newToken()}`, unknown],
  ["10,000 characters", `Bearer ${"x".repeat(10_000)}`, malformed],
])("%s is refused with 401", async (_what, authorization, message) => {
  const registry = await aRegistry();
  const { status, body } = await registry.send(viewer, {}, { authorization });
  expect([status, body.errors]).toMatchObject([401, [{ message, extensions: { code: "UNAUTHENTICATED" } }]]);
});

test("one wrong character makes a token malformed, wherever it stands", async () => {
  const registry = await aRegistry();
  for (let position = 5; position < registry.token.length; position += 6) {
    const other = registry.token[position] === "a" ? "b" : "a";
    const token = registry.token.slice(0, position) + other + registry.token.slice(position + 1);
    const { body } = await sender(registry.url, token)(viewer);
    expect(body.errors?.[0]?.message).toBe(malformed);
  }
});

test("a token is known by all of it: one that begins like another is unknown", async () => {
  const registry = await aRegistry();
  const forged = newToken();
  const prefix = forged.slice(0, 16);
  await registry.db.query("update api_token set prefix = $1 where user_id = $2", [prefix, registry.userId]);
  const { body } = await sender(registry.url, forged)(viewer);
  expect(body.errors?.[0]?.message).toBe(unknown);
});

test("a token ends when it expires", async () => {
  const registry = await aRegistry({ expiresAt: new Date(Date.now() - 1) });
  const { status, body } = await registry.send(viewer);
  expect([status, body.errors?.[0]?.message]).toEqual([401, "The API token has expired."]);
  const later = await aRegistry({ expiresAt: new Date(Date.now() + 3_600_000) });
  expect((await later.ask(viewer)).viewer.role).toBe("OWNER");
});

test("introspection needs no token, and no right one", async () => {
  const { url } = await aRegistry();
  for (const token of ["", "nonsense"]) {
    const { body } = await sender(url, token)("{ __typename __schema { queryType { name } } }");
    expect(body).toEqual({ data: { __typename: "Query", __schema: { queryType: { name: "Query" } } } });
  }
});

test("a viewer reads, and does not write", async () => {
  const registry = await aRegistry();
  await aModel(registry, { name: "PPE" });
  const { token } = await aMember(registry.db, registry.organizationId, { role: Role.VIEWER });
  const send = sender(registry.url, token);
  expect((await send("{ models { nodes { name } } }")).body.data.models.nodes).toEqual([{ name: "PPE" }]);
  const { status, body } = await send('mutation { createModel(input: { name: "a" }) { model { id } } }');
  expect([status, body.errors]).toMatchObject([
    403,
    [
      {
        message: "createModel needs the role EDITOR; this API token has VIEWER.",
        extensions: { code: "FORBIDDEN" },
      },
    ],
  ]);
});

test("the database holds no token", async () => {
  const registry = await aRegistry();
  const [{ kept }] = await registry.db.query("select string_agg(t::text, ' ') as kept from api_token t");
  expect(kept).toContain(registry.token.slice(5, 16));
  expect(kept).not.toContain(registry.token.slice(16, 40));
});
