import { execFileSync, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { until } from "./support/embedded-cluster.ts";
import {
  addition,
  answerOn,
  beginRequest,
  bodyOf,
  keptBytes,
  nothingKept,
  sendForm,
} from "./support/multipart.ts";
import { aRegistry, type Registry } from "./support/registry.ts";
import { aModel, aVersion } from "./support/seed.ts";
import { aServer, filesDir } from "./support/test-server.ts";

async function aVersionOf(registry: Registry): Promise<string> {
  return aVersion(registry, await aModel(registry));
}

const descriptors = () => readdirSync("/proc/self/fd").length;

test("200 uploads that break off, at the beginning, in the middle and near the end, leave nothing", async () => {
  const registry = await aRegistry();
  const body = bodyOf(addition(await aVersionOf(registry)), [{ bytes: randomBytes(400_000) }]);
  const before = descriptors();
  const shares = [0, 0.01, 0.5, 0.99];
  for (let round = 0; round < 25; round += 1) {
    const aborts = [...shares, ...shares].map(async (share, index) => {
      const socket = await beginRequest(registry, body.length);
      socket.write(body.subarray(0, Math.floor(body.length * share)), () =>
        // Some go by themselves, and some with a bang.
        index < shares.length ? socket.destroy() : socket.resetAndDestroy(),
      );
      await new Promise((closed) => socket.once("close", closed));
    });
    await Promise.all(aborts);
  }
  await until(async () => JSON.stringify(await keptBytes(registry)) === JSON.stringify(nothingKept));
  await until(() => descriptors() <= before);
  const { status } = await registry.send("{ viewer { role } }");
  expect(status).toBe(200);
});
