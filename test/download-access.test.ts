import { expect, test } from "@jest/globals";
import { Keyring } from "../src/keyring.ts";
import { Role } from "../src/member/role.ts";
import { signUrl } from "../src/signed-url.ts";
import { aDownload, refusalOf, urlOf } from "./support/download.ts";
import { aTokenOf } from "./support/people.ts";
import { aMember, aRegistry, type Registry } from "./support/registry.ts";
import { uuid } from "./support/seed.ts";
import { sender } from "./support/send.ts";
import { aServer, testKeyring } from "./support/test-server.ts";

const bytes = Buffer.from("weights");
const askUrl = "query ($id: ID!) { node(id: $id) { ... on ModelFile { downloadUrl status } } }";

async function change(registry: Registry, mutation: string, id: string): Promise<void> {
  const answer = await registry.ask(
    `mutation ($id: ID!) { ${mutation}(id: $id) { userErrors { message } } }`,
    { id },
  );
  expect(answer[mutation].userErrors).toEqual([]);
}

test.each(["blob", "organization", "token", "expires", "key", "signature"])(
  "a URL whose %s has been changed is good for nothing",
  async (parameter) => {
    const registry = await aRegistry();
    const [mine, other] = [await aDownload(registry, bytes), await aDownload(await aRegistry(), bytes)];
    const url = new URL(mine.url);
    for (const value of [
      "",
      `${url.searchParams.get(parameter)}0`,
      new URL(other.url).searchParams.get(parameter),
    ]) {
      if (value === url.searchParams.get(parameter)) continue;
      const changed = new URL(url);
      changed.searchParams.set(parameter, value ?? "");
      expect(await refusalOf(await fetch(changed))).toEqual([403, "FORBIDDEN"]);
    }
    url.searchParams.delete(parameter);
    expect(await refusalOf(await fetch(url))).toEqual([403, "FORBIDDEN"]);
  },
);

test("the signature of one file is not that of another, or of another name or use of it", async () => {
  const registry = await aRegistry();
  const [one, other] = [await aDownload(registry, bytes), await aDownload(registry, bytes)];
  for (const url of [
    one.url.replace(one.fileId, other.fileId),
    one.url.replace("best.onnx", "best.exe"),
    one.url.replace("/best.onnx", "/"),
    `${one.url}&more=1`,
    `${one.url}&token=1`,
    one.url.replace(/\?.*/, ""),
    resigned(one.url, "upload-part", 300),
    resigned(one.url, "download", -1),
  ])
    expect(await refusalOf(await fetch(url))).toEqual([403, "FORBIDDEN"]);
  expect((await fetch(resigned(one.url, "download", 300))).status).toBe(200);
});

test("a URL is for 1 to 3,600 seconds", async () => {
  const registry = await aRegistry();
  const { fileId } = await aDownload(registry, bytes);
  for (const seconds of [1, 3_600]) expect(await urlOf(registry, fileId, seconds)).toMatch(/^http/);
  const query =
    "query ($id: ID!, $s: Int!) { node(id: $id) { ... on ModelFile { downloadUrl(expiresIn: $s) } } }";
  for (const s of [0, -1, 3_601]) {
    const { body } = await registry.send(query, { id: fileId, s });
    expect(body.errors).toMatchObject([
      {
        message: `Expected 1 to 3600 seconds, got ${s}.`,
        extensions: { code: "BAD_USER_INPUT", field: ["expiresIn"] },
      },
    ]);
  }
});

test("a VIEWER downloads too", async () => {
  const registry = await aRegistry();
  const { fileId } = await aDownload(registry, bytes);
  const { token } = await aMember(registry.db, registry.organizationId, { role: Role.VIEWER });
  const { body } = await sender(registry.url, token)(askUrl, { id: fileId });
  expect(await (await fetch(body.data.node.downloadUrl)).text()).toBe("weights");
});

test("a URL ends with the token that asked for it", async () => {
  const registry = await aRegistry();
  const { fileId, url } = await aDownload(registry, bytes);
  const { id, secret } = await aTokenOf(registry, null);
  const { body } = await sender(registry.url, secret)(askUrl, { id: fileId });
  const its = body.data.node.downloadUrl;
  expect((await fetch(its)).status).toBe(200);
  await registry.db.query("update api_token set expires_at = now() where id = $1", [uuid(id)]);
  expect(await refusalOf(await fetch(its))).toEqual([404, "NOT_FOUND"]);
  await registry.db.query("update api_token set expires_at = now() + interval '1 hour' where id = $1", [
    uuid(id),
  ]);
  expect((await fetch(its)).status).toBe(200);
  await change(registry, "revokeApiToken", id);
  expect(await refusalOf(await fetch(its))).toEqual([404, "NOT_FOUND"]);
  expect((await fetch(url)).status).toBe(200);
});

test("a URL ends with the membership of who asked for it", async () => {
  const registry = await aRegistry();
  const { fileId } = await aDownload(registry, bytes);
  const { token, memberId } = await aMember(registry.db, registry.organizationId);
  const { body } = await sender(registry.url, token)(askUrl, { id: fileId });
  await change(registry, "removeMember", memberId);
  expect(await refusalOf(await fetch(body.data.node.downloadUrl))).toEqual([404, "NOT_FOUND"]);
});

test("a file whose version is in the trash cannot be had until the version is back", async () => {
  const registry = await aRegistry();
  const { url, versionId } = await aDownload(registry, bytes);
  await change(registry, "deleteModelVersion", versionId);
  expect(await refusalOf(await fetch(url))).toEqual([404, "NOT_FOUND"]);
  expect((await fetch(url, { method: "HEAD" })).status).toBe(404);
  await change(registry, "restoreModelVersion", versionId);
  expect(await (await fetch(url)).text()).toBe("weights");
});

test("a file in the trash, or that is gone, cannot be had", async () => {
  const registry = await aRegistry();
  const { url, fileId } = await aDownload(registry, bytes);
  await change(registry, "deleteModelFile", fileId);
  expect(await refusalOf(await fetch(url))).toEqual([404, "NOT_FOUND"]);
  await change(registry, "purgeModelFile", fileId);
  expect(await refusalOf(await fetch(url))).toEqual([404, "NOT_FOUND"]);
});

test.each(["VERIFYING", "CORRUPT"])(
  "a file that is %s has no URL, and one from before is not good",
  async (state) => {
    const registry = await aRegistry();
    const { url, fileId } = await aDownload(registry, bytes);
    await registry.db.query(
      "update blob set state = $2 where id = (select blob_id from model_file where id = $1)",
      [uuid(fileId), state],
    );
    expect(await refusalOf(await fetch(url))).toEqual([404, "NOT_FOUND"]);
    expect((await registry.ask(askUrl, { id: fileId })).node).toEqual({ downloadUrl: null, status: state });
  },
);

test("a URL begins as the configuration says, and is good on every server with the same keys", async () => {
  const registry = await aRegistry();
  const { fileId } = await aDownload(registry, bytes);
  const publicUrl = "https://registry.example.com";
  const behind = await aServer(registry.db, { publicUrl });
  const { body } = await sender(`${behind.address}/graphql`, registry.token)(askUrl, { id: fileId });
  const url: string = body.data.node.downloadUrl;
  expect(url).toMatch(`${publicUrl}/files/${fileId}/best.onnx?`);
  const elsewhere = url.replace(publicUrl, registry.url.replace("/graphql", ""));
  expect(await (await fetch(elsewhere)).text()).toBe("weights");
});

test("a server without keys can give no URLs, and says so", async () => {
  const registry = await aRegistry();
  const { fileId, url } = await aDownload(registry, bytes);
  const { address } = await aServer(registry.db, {}, new Keyring([]));
  const { body } = await sender(`${address}/graphql`, registry.token)(askUrl, { id: fileId });
  expect(body).toMatchObject({
    data: { node: { downloadUrl: null } },
    errors: [{ extensions: { code: "SECRETS_NOT_CONFIGURED" } }],
  });
  expect(await refusalOf(await fetch(url.replace(new URL(url).origin, address)))).toEqual([403, "FORBIDDEN"]);
});

/** The same URL with a signature for a use, and an end some seconds from now. */
function resigned(url: string, purpose: string, expiresIn: number): string {
  const { origin, pathname: path, searchParams } = new URL(url);
  for (const each of ["expires", "key", "signature"]) searchParams.delete(each);
  return signUrl(
    testKeyring,
    origin,
    { purpose, path, parameters: Object.fromEntries(searchParams) },
    expiresIn,
  );
}
