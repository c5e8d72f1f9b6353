import { spawn } from "node:child_process";
import { once } from "node:events";

/** Deletes, restores, copies and sweeps of shared bytes that meet, on two servers: the test of `npm test`, for longer. */
export async function races(count: number): Promise<string> {
  const args = ["--import", "tsx", "scripts/test.ts", "test/file-races.test.ts"];
  const env = { ...process.env, FILE_RACES: String(count) };
  const test = spawn(process.execPath, args, { env, stdio: ["ignore", "ignore", "pipe"] });
  let output = "";
  test.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const [code] = await once(test, "close");
  if (code !== 0) throw new Error(output);
  return `${count} races on shared bytes: no live bytes removed`;
}
