import { spawn } from "node:child_process";
import type { Account } from "./account.ts";

/**
 * What our programs see of the environment: without PGDATA, PGPORT and the like, and with messages in
 * English, which we quote.
 */
export function programEnvironment(): NodeJS.ProcessEnv {
  const { PATH, TZ } = process.env;
  return { PATH, LC_ALL: "C", ...(TZ && { TZ }) };
}

/**
 * How a program reaches the file or directory that it inherits as `fd`. On Linux that needs no permission
 * on the folders above and knows no limit of length; elsewhere it is the path itself.
 */
export function inheritedPath(fd: number, path: string): string {
  return process.platform === "linux" ? `/proc/self/fd/${fd}` : path;
}

/**
 * Runs a program to its end and returns its exit status (null: ended by a signal) and what it printed.
 * `inherit` are the descriptors that it finds as 3, 4, … Rejects with the system's error when it cannot
 * be executed.
 */
export function run(
  program: string,
  args: string[],
  options: { account?: Account | undefined; inherit?: number[] } = {},
): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...options.account,
      // The working directory of the server may be out of reach for the account.
      cwd: "/",
      // Ctrl-C in the terminal is for the server to handle, not for its helpers.
      detached: true,
      env: programEnvironment(),
      stdio: ["ignore", "pipe", "pipe", ...(options.inherit ?? [])],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, output }));
  });
}
