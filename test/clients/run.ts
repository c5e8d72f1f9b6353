import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe } from "@jest/globals";

/** The clients are a package of their own: together they are as large as everything else that the tests need. */
export const packages = join(import.meta.dirname, "node_modules");

/** Groups the tests that need that package; without it they are skipped. */
export function describeClients(what: string, tests: () => void): void {
  if (existsSync(packages)) {
    describe(what, tests);
  } else {
    const skipped = `${what} skipped: run npm ci --prefix test/clients`;
    process.stderr.write(`${skipped}\n`);
    describe.skip(skipped, tests);
  }
}

/** Runs a program to its end and gives what it printed. */
export async function run(
  program: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  return (await promisify(execFile)(program, args, options)).stdout;
}
