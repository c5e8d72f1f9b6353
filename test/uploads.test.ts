import { createHash, randomBytes } from "node:crypto";
import { expect, test } from "@jest/globals";
import { Storages } from "../src/storage-connector/storages.ts";
import { upload } from "./support/multipart.ts";
import { aRegistry } from "./support/registry.ts";
import { aModel, aVersion } from "./support/seed.ts";
import { filesDir } from "./support/test-server.ts";

test("a file comes back bit for bit", async () => {
  const registry = await aRegistry();
  const version = await aVersion(registry, await aModel(registry));
  const bytes = randomBytes(300_000);
  const { modelFile, userErrors } = await upload(registry, version, bytes);
  expect(userErrors).toEqual([]);
  expect(modelFile).toMatchObject({
    name: "weights",
    filename: "best.onnx",
    size: 300_000,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    status: "READY",
  });
});
