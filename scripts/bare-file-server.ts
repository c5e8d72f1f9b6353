import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, rename, stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** What `time-files.ts` compares with: takes a file, hashes it, and answers when it is durable; and gives the last one back. Nothing else. */
const [, , directory = ""] = process.argv;
await mkdir(directory, { recursive: true });

let last = "";
const server = createServer(async (request, response) => {
  if (request.method === "GET") {
    response.setHeader("content-length", (await stat(last)).size);
    createReadStream(last).pipe(response);
    return;
  }
  const path = join(directory, randomUUID());
  const hash = createHash("sha256");
  const file = createWriteStream(`${path}.part`, { flush: true });
  request.on("data", (chunk: Buffer) => hash.update(chunk));
  request.pipe(file);
  await once(file, "close");
  await rename(`${path}.part`, path);
  last = path;
  const folder = await open(directory, "r");
  await folder.sync();
  await folder.close();
  response.end(hash.digest("hex"));
});
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.on("disconnect", () => process.exit());
