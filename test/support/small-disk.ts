import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "@jest/globals";

const disks: string[] = [];

// After the servers have ended: hooks run in the order in which modules declare them.
afterAll(() => {
  for (const disk of disks) {
    execFileSync("umount", [disk]);
    rmdirSync(disk);
  }
});

/** A disk in memory that has room for so many bytes; null for who may not mount one. */
export function aSmallDisk(bytes: number): string | null {
  const disk = mkdtempSync(join(tmpdir(), "registry-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "none", disk], { stdio: "ignore" });
  } catch {
    rmdirSync(disk);
    return null;
  }
  disks.push(disk);
  return disk;
}
