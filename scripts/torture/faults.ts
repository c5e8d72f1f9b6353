import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What happens at a call: the process ends before or after it, or it fails with an input/output error. */
export type Fault = "before" | "after" | "EIO";

/** Where files are written, made durable, named and removed. */
export const diskCalls = ["pwrite64", "fsync", "fdatasync", "rename", "link", "unlink", "rmdir", "mkdir"];

/** Makes the system calls of a program fail at a chosen moment: see `faults.c`. */
export class Faults {
  readonly #folder: string;
  #serial = 0;

  /** @param folder becomes a new one of its own. */
  constructor(folder: string) {
    mkdirSync(folder);
    this.#folder = folder;
    const args = [
      "-shared",
      "-fPIC",
      "-O1",
      "-o",
      join(folder, "faults.so"),
      "scripts/torture/faults.c",
      "-ldl",
    ];
    const { status, stderr } = spawnSync("cc", args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`Expected a C compiler called cc, got ${stderr ?? "none"}.`);
  }

  /** For the environment of the program. */
  get env(): Record<string, string> {
    return { LD_PRELOAD: join(this.#folder, "faults.so"), FAULT_PLAN: this.#plan };
  }

  /** The fault happens once, at the n-th of the calls from now on. */
  plan(calls: string[], n: number, fault: Fault): void {
    renameSync(this.prepare(calls, n, fault), this.#plan);
  }

  /** @returns what becomes the plan when it is renamed to FAULT_PLAN, by the program itself for example */
  prepare(calls: string[], n: number, fault: Fault): string {
    this.#serial += 1;
    const action = fault === "EIO" ? "5" : fault;
    writeFileSync(`${this.#plan}.new`, `${this.#serial} ${calls.join("+")} ${n} ${action}\n`);
    return `${this.#plan}.new`;
  }

  get hasHappened(): boolean {
    return existsSync(join(this.#folder, `fired-${this.#serial}`));
  }

  get #plan(): string {
    return join(this.#folder, "plan");
  }
}

/** Whether faults can be made here. */
export const canFault = process.platform === "linux" && spawnSync("cc", ["--version"]).status === 0;
