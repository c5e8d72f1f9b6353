import { once } from "node:events";
import { statfsSync } from "node:fs";
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { beforeAll, expect, test } from "@jest/globals";
import { Role } from "../src/member/role.ts";
import { signUrl } from "../src/signed-url.ts";
import { Storages } from "../src/storage-connector/storages.ts";
import { anUpload, pendingUpload, sendParts, someBytes, urlOf } from "./support/parts.ts";
import { aMember, aRegistry, type Registry } from "./support/registry.ts";
import { aModel, aVersion, uuid } from "./support/seed.ts";
import { sender } from "./support/send.ts";
import { aSmallDisk } from "./support/small-disk.ts";
import { aServer, testKeyring } from "./support/test-server.ts";

const size = 100_000;

let registry: Registry;
let version: string;

beforeAll(async () => {
  registry = await aRegistry();
  version = await aVersion(registry, await aModel(registry));
});

/** An upload of one part, and the URL of the part. */
async function aPart(): Promise<{ id: string; url: string }> {
  const { id } = await anUpload(registry.ask, version, Buffer.alloc(size));
  return { id, url: await urlOf(registry.ask, id, 1) };
}

function open(url: string, headers: object = {}): ClientRequest {
  return httpRequest(url, { method: "PUT", headers: { ...headers } }).on("error", () => {});
}

async function answerTo(
  request: ClientRequest,
): Promise<{ status: number; code?: string; message?: string }> {
  const [response]: [IncomingMessage] = (await once(request, "response")) as [IncomingMessage];
  const body = await text(response);
  const [error] = body === "" ? [] : JSON.parse(body).errors;
  return {
    status: Number(response.statusCode),
    ...(error && { code: error.extensions.code, message: error.message }),
  };
}

async function put(url: string, bytes: Buffer) {
  return answerTo(open(url, { "content-length": bytes.length }).end(bytes));
}

async function nothingKept(id: string): Promise<void> {
  expect((await pendingUpload(registry.ask, id)).parts).toEqual([]);
}

test("a part is answered with its etag, which pages of other origins may read", async () => {
  const { id, url } = await aPart();
  const origin = "https://app.example.com";
  const method = { "access-control-request-method": "PUT" };
  const preflight = await fetch(url, { method: "OPTIONS", headers: { origin, ...method } });
  expect(preflight.headers.get("access-control-allow-methods")).toContain("PUT");
  const answer = await fetch(url, { method: "PUT", headers: { origin }, body: new Uint8Array(size) });
  expect([answer.status, await answer.text()]).toEqual([200, ""]);
  expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
  expect(answer.headers.get("access-control-expose-headers")).toContain("etag");
  const [{ etag }] = (await pendingUpload(registry.ask, id)).parts;
  expect(answer.headers.get("etag")).toBe(`"${etag}"`);
});

test.each(["application/json", "text/plain", "multipart/form-data; boundary=x"])(
  "a body that is said to be %s is taken as it is",
  async (type) => {
    const { id, url } = await aPart();
    const headers = { "content-type": type };
    expect((await fetch(url, { method: "PUT", headers, body: new Uint8Array(size) })).status).toBe(200);
    expect((await pendingUpload(registry.ask, id)).parts).toMatchObject([{ size }]);
  },
);

test.each([0, 1, size - 1, size + 1])("a body of %i bytes is refused before it is read", async (length) => {
  const { id, url } = await aPart();
  const request = open(url, { "content-length": length });
  request.flushHeaders();
  const message = `Expected a body of ${size} bytes, got ${length}.`;
  expect(await answerTo(request)).toEqual({ status: 400, code: "BAD_REQUEST", message });
  await nothingKept(id);
});

test("a chunked body is counted", async () => {
  const { id, url } = await aPart();
  const chunked = (length: number) => {
    const request = open(url, { "transfer-encoding": "chunked" });
    request.write(Buffer.alloc(length - 1));
    return answerTo(request.end("x"));
  };
  expect(await chunked(size - 1)).toMatchObject({ status: 400, code: "UPLOAD_INCOMPLETE" });
  expect(await chunked(size + 1)).toMatchObject({ status: 400, code: "BAD_REQUEST" });
  await nothingKept(id);
  expect(await chunked(size)).toEqual({ status: 200 });
});

test("a body that ends early leaves nothing", async () => {
  const { id, url } = await aPart();
  for (const sent of [0, 1, size / 2, size - 1]) {
    const request = open(url, { "content-length": size });
    request.write(Buffer.alloc(sent));
    await once(request, "socket");
    request.destroy();
  }
  expect(await put(url, someBytes(size))).toEqual({ status: 200 });
  expect((await pendingUpload(registry.ask, id)).parts).toHaveLength(1);
});

test("a body that stalls is given up, and the connection ends", async () => {
  const { address } = await aServer(registry.db, { pace: { bytes: 1_000, within: 50 } });
  const { id, url } = await aPart();
  const { pathname, search } = new URL(url);
  const request = open(`${address}${pathname}${search}`, { "content-length": size });
  request.write("x");
  expect(await answerTo(request)).toMatchObject({ status: 408, code: "REQUEST_TIMEOUT" });
  await once(request, "close");
  await nothingKept(id);
});

test("a disk that is full is a typed error, while the client is still sending", async () => {
  const [partSize, room] = [5_000_000, 2_000_000];
  const disk = aSmallDisk(room);
  if (disk === null) return; // only root may mount one
  const { address } = await aServer(registry.db, {}, testKeyring, new Storages(disk));
  const send = sender(`${address}/graphql`, registry.token);
  const ask = async (query: string, variables?: object) => (await send(query, variables)).body.data;
  const { id } = await anUpload(ask, version, Buffer.alloc(partSize));
  const request = open(await urlOf(ask, id, 1), { "content-length": partSize });
  request.write(Buffer.alloc(partSize - 1));
  expect(await answerTo(request)).toEqual({
    ...{ status: 507, code: "STORAGE_FULL" },
    message: "The disk is full.",
  });
  expect((await pendingUpload(ask, id)).parts).toEqual([]);
  const { bfree, bsize } = statfsSync(disk);
  expect(bfree * bsize).toBeGreaterThan(0.9 * room);
});

test("a URL that was changed, or that is old, is refused", async () => {
  const { id, url } = await aPart();
  const { id: other } = await anUpload(registry.ask, version, Buffer.alloc(size));
  const forged = [
    url.replace("/parts/1", "/parts/2"),
    url.replace(uuid(id), uuid(other)),
    url.replace(/expires=\d+/, "expires=9999999999"),
    url.replace(/token=[^&]+/, `token=${uuid(id)}`),
    url.replace(/signature=.{4}/, "signature=AAAA"),
    url.replace(/\?.*/, ""),
  ];
  const message = "Expected a URL as `partUrls` gives it.";
  for (const each of forged)
    expect(await put(each, someBytes(size))).toEqual({ status: 403, code: "FORBIDDEN", message });
  const old = await signedFor(id, -1);
  expect(await put(old, someBytes(size))).toMatchObject({
    status: 403,
    message: expect.stringContaining("expired"),
  });
  await nothingKept(id);
});

async function signedFor(id: string, expiresIn: number): Promise<string> {
  const url = new URL(await urlOf(registry.ask, id, 1));
  const parameters = { token: String(url.searchParams.get("token")) };
  return signUrl(
    testKeyring,
    url.origin,
    { purpose: "upload-part", path: url.pathname, parameters },
    expiresIn,
  );
}

test("a URL is no good when who asked for it has no access any more", async () => {
  const { organizationId, db } = registry;
  const { id } = await anUpload(registry.ask, version, Buffer.alloc(size));
  const ends: [string, (member: { userId: string; memberId: string }) => Promise<unknown>][] = [
    [
      "removed",
      ({ memberId }) =>
        registry.ask("mutation ($id: ID!) { removeMember(id: $id) { userErrors { code } } }", {
          id: memberId,
        }),
    ],
    [
      "made a viewer",
      ({ memberId }) =>
        registry.ask(
          "mutation ($id: ID!) { changeMemberRole(id: $id, role: VIEWER) { userErrors { code } } }",
          { id: memberId },
        ),
    ],
    [
      "expired",
      ({ userId }) => db.query("update api_token set expires_at = now() where user_id = $1", [userId]),
    ],
    ["revoked", ({ userId }) => db.query("delete from api_token where user_id = $1", [userId])],
  ];
  for (const [what, end] of ends) {
    const member = await aMember(db, organizationId, { role: Role.EDITOR });
    const { body } = await sender(
      registry.url,
      member.token,
    )(`{ pendingUpload(id: "${id}") { partUrls(numbers: [1]) { url } } }`);
    const [{ url }] = body.data.pendingUpload.partUrls;
    expect([what, await put(url, someBytes(size))]).toEqual([what, { status: 200 }]);
    await end(member);
    expect([what, await put(url, someBytes(size))]).toMatchObject([what, { status: 404, code: "NOT_FOUND" }]);
  }
});

test("URLs are for those who may add files, in the organization of the upload", async () => {
  const { id } = await aPart();
  const query = `{ pendingUpload(id: "${id}") { id partUrls(numbers: [1]) { url } } }`;
  const viewer = await aMember(registry.db, registry.organizationId, { role: Role.VIEWER });
  const { body } = await sender(registry.url, viewer.token)(query);
  expect(body.errors).toMatchObject([{ extensions: { code: "FORBIDDEN" } }]);
  const stranger = await aRegistry();
  expect((await stranger.ask(query)).pendingUpload).toBeNull();
});

test("an upload to a version in the trash waits until that is restored", async () => {
  const id = await aVersion(registry, await aModel(registry));
  const bytes = someBytes(10);
  const upload = await anUpload(registry.ask, id, bytes);
  const url = await urlOf(registry.ask, upload.id, 1);
  const change = (name: string) =>
    registry.ask(`mutation ($id: ID!) { ${name}(id: $id) { userErrors { code } } }`, { id });
  await change("deleteModelVersion");
  expect(await put(url, bytes)).toMatchObject({ status: 404 });
  expect(await pendingUpload(registry.ask, upload.id)).toBeNull();
  await change("restoreModelVersion");
  await sendParts(registry.ask, upload, bytes, [1]);
});

test("any number of parts can be on their way at once", async () => {
  const { id, url } = await aPart();
  const answers = await Promise.all(Array.from({ length: 50 }, () => put(url, someBytes(size))));
  expect(answers).toEqual(Array(50).fill({ status: 200 }));
  expect((await pendingUpload(registry.ask, id)).parts).toHaveLength(1);
});
