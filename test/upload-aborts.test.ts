import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { until } from "./support/embedded-cluster.ts";
import { addition, beginRequest, bodyOf, keptBytes, nothingKept, sendForm } from "./support/multipart.ts";
import { aRegistry, type Registry } from "./support/registry.ts";
import { aModel, aVersion } from "./support/seed.ts";
import { filesDir } from "./support/test-server.ts";

async function aVersionOf(registry: Registry): Promise<string> {
  return aVersion(registry, await aModel(registry));
}

const descriptors = () => readdirSync("/proc/self/fd").length;

test("200 uploads that break off, at the beginning, in the middle and near the end, leave nothing", async () => {
  const registry = await aRegistry();
  const body = bodyOf(addition(await aVersionOf(registry)), [{ bytes: randomBytes(400_000) }]);
  const before = descriptors();
  const abort = async (count: number) => {
    const share = [0, 0.01, 0.5, 0.99][count % 4] ?? 0;
    const socket = await beginRequest(registry, body.length);
    socket.write(body.subarray(0, Math.floor(body.length * share)), () =>
      count % 8 < 4 ? socket.destroy() : socket.resetAndDestroy(),
    );
    await new Promise((closed) => socket.once("close", closed));
  };
  for (let round = 0; round < 10; round += 1)
    await Promise.all(Array.from({ length: 20 }, (_, index) => abort(index)));

  await until(async () => (await keptBytes(registry)).blobs === 0);
  expect(await keptBytes(registry)).toEqual(nothingKept);
  await until(() => descriptors() <= before);
  expect((await registry.send("{ viewer { role } }")).status).toBe(200);
});

const canMount = process.getuid?.() === 0 && tries(() => execFileSync("mount", ["--version"]));

(canMount ? test : test.skip)(
  "a disk that is full keeps nothing, and has room for less (needs root)",
  async () => {
    const registry = await aRegistry();
    const version = await aVersionOf(registry);
    const folder = join(filesDir, registry.organizationId);
    mkdirSync(folder, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=5m", "tmpfs", folder]);
    try {
      const send = (size: number) => sendForm(registry, addition(version), [{ bytes: randomBytes(size) }]);
      const { status, body } = await send(8_000_000);
      expect([status, body.errors]).toMatchObject([507, [{ extensions: { code: "STORAGE_FULL" } }]]);
      expect(await keptBytes(registry)).toEqual(nothingKept);
      expect((await send(1_000_000)).body.data.createModelFile.modelFile.size).toBe(1_000_000);
    } finally {
      execFileSync("umount", ["--lazy", folder]);
    }
  },
);

function tries(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}
