import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { canFault, Faults } from "../scripts/torture/faults.ts";
import { aDataDir } from "./support/server-process.ts";

const withFaults = canFault ? test : test.skip;

/** Joins two parts, of which the first attempt may fail, and prints whether the first one did, and what is there in the end. */
const program = `
  const { LocalStorage } = await import("./dist/storage-connector/local-storage.js");
  const [folder, planned] = process.argv.slice(1);
  const storage = new LocalStorage(folder);
  const id = await storage.beginParts("key");
  const send = (number, text) => storage.writePart("key", id, number, [Buffer.from(text)], text.length);
  const parts = [await send(1, "first "), await send(2, "second")];
  require("fs").renameSync(planned, process.env.FAULT_PLAN);
  const failed = await storage.completeParts("key", id, parts).then(() => false, () => true);
  require("fs").unlinkSync(process.env.FAULT_PLAN);
  await storage.completeParts("key", id, parts);
  console.log(failed, Buffer.concat(await (await storage.read("key")).toArray()).toString());
`;

withFaults("whichever fsync fails while parts are joined, none of them is lost", () => {
  const folder = aDataDir();
  const outcomes: string[] = [];
  for (let n = 1; n < 20 && outcomes.at(-1) !== "false first second"; n++) {
    const faults = new Faults(join(folder, `faults-${n}`));
    const planned = faults.prepare(["fsync", "fdatasync"], n, "EIO");
    mkdirSync(join(folder, `files-${n}`));
    const args = ["--input-type=commonjs", "-e", `(async () => {${program}})()`];
    const { stdout, stderr } = spawnSync(process.execPath, [...args, join(folder, `files-${n}`), planned], {
      env: faults.env,
      encoding: "utf8",
    });
    outcomes.push(`${stdout}${stderr}`.trim());
  }
  expect(outcomes.slice(0, -1).length).toBeGreaterThan(2);
  expect(new Set(outcomes)).toEqual(new Set(["true first second", "false first second"]));
});
