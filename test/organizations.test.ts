import { expect, test } from "@jest/globals";
import { aRegistry } from "./support/registry.ts";
import { aModel } from "./support/seed.ts";
import { sender } from "./support/send.ts";

const create = `mutation ($name: String!, $key: String) {
  createOrganization(input: { name: $name }, idempotencyKey: $key) {
    organization { id name } secret userErrors { code field }
  }
}`;
const update = `mutation ($input: UpdateOrganizationInput!) {
  updateOrganization(input: $input) { organization { name } userErrors { code field } }
}`;

test("organizations live side by side: a token says which one the root fields mean", async () => {
  const registry = await aRegistry();
  await aModel(registry, { name: "PPE" });
  const { createOrganization } = await registry.ask(create, { name: "Second" });
  expect(createOrganization).toMatchObject({ organization: { name: "Second" }, userErrors: [] });
  const look =
    "{ viewer { role organization { id name } user { id } } models { totalCount } members { totalCount } }";
  const [here, there] = [
    await registry.ask(look),
    (await sender(registry.url, createOrganization.secret)(look)).body.data,
  ];
  expect(here).toMatchObject({
    viewer: { organization: { name: "Acme Vision" } },
    models: { totalCount: 1 },
  });
  expect(there).toEqual({
    viewer: { role: "OWNER", organization: createOrganization.organization, user: here.viewer.user },
    models: { totalCount: 0 },
    members: { totalCount: 1 },
  });
  // Not even its owner reaches it with a token of the first one.
  const { id } = createOrganization.organization;
  expect(await registry.ask("query ($id: ID!) { node(id: $id) { id } }", { id })).toEqual({ node: null });
});

test("an organization is renamed by its owners, and created once for an idempotency key", async () => {
  const registry = await aRegistry();
  expect((await registry.ask(update, { input: { name: "New" } })).updateOrganization).toEqual({
    organization: { name: "New" },
    userErrors: [],
  });
  for (const name of [null, " "])
    expect((await registry.ask(update, { input: { name } })).updateOrganization).toEqual({
      organization: { name: "New" },
      userErrors: [{ code: "INVALID", field: ["input", "name"] }],
    });
  expect((await registry.ask(update, { input: {} })).updateOrganization.userErrors).toEqual([]);
  const first = (await registry.ask(create, { name: "Second", key: "k" })).createOrganization;
  expect((await registry.ask(create, { name: "Second", key: "k" })).createOrganization).toEqual({
    ...first,
    secret: null,
  });
  expect((await registry.ask(create, { name: "" })).createOrganization).toMatchObject({
    ...{ organization: null, secret: null },
    userErrors: [{ code: "INVALID", field: ["input", "name"] }],
  });
});

test("a token that expires makes no organization, where its owner's would not", async () => {
  const registry = await aRegistry({ expiresAt: new Date(Date.now() + 3_600_000) });
  const { body } = await registry.send(create, { name: "Second" });
  expect(body.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
});
