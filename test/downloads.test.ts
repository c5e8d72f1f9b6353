import { createHash, randomBytes } from "node:crypto";
import { expect, test } from "@jest/globals";
import contentDisposition from "content-disposition";
import fc from "fast-check";
import { aDownload, refusalOf, urlOf } from "./support/download.ts";
import { aStoredFile, type StoredFile } from "./support/files.ts";
import { aRegistry } from "./support/registry.ts";
import { aModel, aVersion } from "./support/seed.ts";

const bytes = randomBytes(100_000);
const etag = `"sha256-${createHash("sha256").update(bytes).digest("hex")}"`;

async function aUrl(file: StoredFile = {}): Promise<string> {
  return (await aDownload(await aRegistry(), bytes, file)).url;
}

async function bodyOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

test("a file comes back bit for bit, as an attachment that nothing opens", async () => {
  const url = await aUrl({ contentType: "text/html", filename: "index.html" });
  const response = await fetch(url);
  expect(response.status).toBe(200);
  expect((await bodyOf(response)).equals(bytes)).toBe(true);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-length": "100000",
    "content-type": "text/html",
    "content-disposition": 'attachment; filename="index.html"',
    etag,
    "repr-digest": `sha-256=:${createHash("sha256").update(bytes).digest("base64")}:`,
    "accept-ranges": "bytes",
    "last-modified": expect.stringMatching(/ GMT$/),
    "cache-control": "private, no-cache, no-transform",
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
    "cross-origin-resource-policy": "same-origin",
    "x-request-id": expect.any(String),
  });
});

test("a file without a media type is a stream of octets", async () => {
  const { headers } = await fetch(await aUrl(), { method: "HEAD" });
  expect(headers.get("content-type")).toBe("application/octet-stream");
});

test("HEAD answers as GET does, without the bytes", async () => {
  const url = await aUrl();
  const [get, head] = [
    await fetch(url),
    await fetch(url, { method: "HEAD", headers: { range: "bytes=0-9" } }),
  ];
  const headersOf = ({ headers }: Response) => {
    const {
      date: _,
      "x-request-id": _id,
      connection: _c,
      "keep-alive": _k,
      ...others
    } = Object.fromEntries(headers);
    return others;
  };
  expect([head.status, headersOf(head)]).toEqual([200, headersOf(get)]);
  expect(await head.text()).toBe("");
  await get.body?.cancel();
});

test("every range is that of the bytes", async () => {
  const url = await aUrl();
  const { length } = bytes;
  const position = fc.nat(length + 10);
  const range = fc.oneof(
    fc.tuple(position, position).map(([start, end]) => `${Math.min(start, end)}-${Math.max(start, end)}`),
    position.map((start) => `${start}-`),
    position.map((last) => `-${last}`),
  );
  await fc.assert(
    fc.asyncProperty(range, async (asked) => {
      const response = await fetch(url, { headers: { range: `bytes=${asked}` } });
      const [first = "", last = ""] = asked.split("-");
      const start = first === "" ? Math.max(0, length - Number(last)) : Number(first);
      const end = first === "" || last === "" ? length - 1 : Math.min(Number(last), length - 1);
      if (start > end) {
        expect([response.status, response.headers.get("content-range")]).toEqual([416, `bytes */${length}`]);
        return;
      }
      expect(response.status).toBe(206);
      expect(response.headers.get("content-range")).toBe(`bytes ${start}-${end}/${length}`);
      expect((await bodyOf(response)).equals(bytes.subarray(start, end + 1))).toBe(true);
    }),
  );
});

test("a file can be put together from ranges", async () => {
  const url = await aUrl();
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 33_333)
    pieces.push(await bodyOf(await fetch(url, { headers: { range: `bytes=${at}-${at + 33_332}` } })));
  expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
});

test.each(["bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "bytes=0-1,3-4", "lines=1-2", "0-5", "bytes=0--1"])(
  "what is no single range of bytes, such as %s, gets the whole",
  async (range) => {
    const response = await fetch(await aUrl(), { headers: { range } });
    expect([response.status, (await bodyOf(response)).length]).toEqual([200, bytes.length]);
  },
);

test("a range that is not there is refused with a code, as everything is", async () => {
  const response = await fetch(await aUrl(), { headers: { range: "bytes=100000-" } });
  expect(await refusalOf(response)).toEqual([416, "RANGE_NOT_SATISFIABLE"]);
});

const [past, future] = ["Sat, 01 Jan 2000 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"];
const other = etag.replace(/.{5}"$/, '00000"');

test.each<[string, { [header: string]: string }, number]>([
  ["the tag of these bytes", { "if-none-match": etag }, 304],
  ["it among others, and weak", { "if-none-match": `${other}, W/${etag}` }, 304],
  ["any tag", { "if-none-match": "*" }, 304],
  ["another tag", { "if-none-match": other }, 200],
  ["another tag, though the date has passed", { "if-none-match": other, "if-modified-since": future }, 200],
  ["a later date", { "if-modified-since": future }, 304],
  ["an earlier date", { "if-modified-since": past }, 200],
  ["no date", { "if-modified-since": "yesterday" }, 200],
  ["these bytes only", { "if-match": etag }, 200],
  ["these bytes only, by a weak tag", { "if-match": `W/${etag}` }, 412],
  ["any bytes", { "if-match": "*" }, 200],
  ["other bytes only", { "if-match": other }, 412],
  ["what is older than a later date", { "if-unmodified-since": future }, 200],
  ["what is older than an earlier date", { "if-unmodified-since": past }, 412],
  ["a range of these bytes", { range: "bytes=0-9", "if-range": etag }, 206],
  ["a range of these bytes, by a weak tag", { range: "bytes=0-9", "if-range": `W/${etag}` }, 200],
  ["a range of other bytes", { range: "bytes=0-9", "if-range": other }, 200],
  ["a range of what is as old as something else", { range: "bytes=0-9", "if-range": past }, 200],
  ["a range of what is not there, of other bytes", { range: "bytes=100000-", "if-range": other }, 200],
])("who asks for %s", async (_what, headers, status) => {
  const response = await fetch(await aUrl(), { headers });
  expect(response.status).toBe(status);
  expect(response.headers.get("etag")).toBe(etag);
  const body = await bodyOf(response);
  if (status < 400) expect(body.length).toBe({ 200: bytes.length, 206: 10, 304: 0 }[status]);
});

test("a range can be asked for by the date that came before", async () => {
  const url = await aUrl();
  const date = (await fetch(url, { method: "HEAD" })).headers.get("last-modified") ?? "";
  const response = await fetch(url, { headers: { range: "bytes=0-9", "if-range": date } });
  expect([response.status, (await bodyOf(response)).equals(bytes.subarray(0, 10))]).toEqual([206, true]);
});

test.each([
  "best.onnx",
  'a "quoted" name.pt',
  "100% done; really=.pt",
  "ünïcode.pt",
  "模型 🚀.safetensors",
  "مرحبا.onnx",
  "it's (1)*!.pt",
  `${"é".repeat(125)}.onnx`,
  "...",
  "?#&+=@:.pt",
  "%2e%2e",
])("the filename %s survives", async (filename) => {
  const response = await fetch(await aUrl({ filename }));
  const { type, parameters } = contentDisposition.parse(response.headers.get("content-disposition") ?? "");
  expect([response.status, type, parameters.filename]).toEqual([200, "attachment", filename]);
  await response.body?.cancel();
});

test("any filename has a URL that is good", async () => {
  const registry = await aRegistry();
  const version = await aVersion(registry, await aModel(registry));
  const filename = fc
    .string({ unit: "binary", minLength: 1, maxLength: 60 })
    .filter((text) => !/[\p{Cc}/\\]/u.test(text) && text !== "." && text !== "..");
  await fc.assert(
    fc.asyncProperty(filename, async (text) => {
      const id = await aStoredFile(registry, version, bytes, { filename: text });
      const response = await fetch(await urlOf(registry, id), { method: "HEAD" });
      expect(response.status).toBe(200);
    }),
    { numRuns: 50 },
  );
});

test("pages of the configured origins read the headers of a download, and may ask for ranges", async () => {
  const url = await aUrl();
  const origin = "https://app.example.com";
  const preflight = await fetch(url, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "GET",
      "access-control-request-headers": "range,if-range,if-none-match",
    },
  });
  expect([preflight.status, preflight.headers.get("access-control-allow-headers")]).toEqual([
    204,
    "range,if-range,if-none-match",
  ]);
  expect(preflight.headers.get("access-control-allow-methods")).toBe("GET, HEAD, POST, PUT");
  const response = await fetch(url, { headers: { origin, range: "bytes=0-9" } });
  expect(response.headers.get("access-control-allow-origin")).toBe(origin);
  const exposed = response.headers.get("access-control-expose-headers")?.split(/, */);
  expect(exposed).toEqual(
    expect.arrayContaining(["etag", "content-range", "content-disposition", "accept-ranges"]),
  );
  const foreign = await fetch(url, { headers: { origin: "https://evil.example.com" } });
  expect(foreign.headers.get("access-control-allow-origin")).toBeNull();
  await foreign.body?.cancel();
});

test("other methods have nothing to do there", async () => {
  const url = await aUrl();
  for (const method of ["POST", "PUT", "DELETE"])
    expect(await refusalOf(await fetch(url, { method }))).toEqual([404, "NOT_FOUND"]);
});
