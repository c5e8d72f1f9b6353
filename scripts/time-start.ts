import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median, npmStart } from "./npm-start.ts";

/** Prints the time from `npm start` to the first answer: on an empty folder, then the median of five starts on a full one. */
const dataDir = await mkdtemp(join(tmpdir(), "registry-start-"));

/** Milliseconds until the API answers with the name of its owner. */
async function timeOneStart(): Promise<number> {
  const start = performance.now();
  const { send, stop } = await npmStart(dataDir);
  const answer = await send("{ viewer { user { name } } }");
  if (!answer.includes("Owner")) throw new Error("That was no answer.");
  const time = performance.now() - start;
  await stop();
  return time;
}

const first = await timeOneStart();
const later: number[] = [];
for (let count = 0; count < 5; count += 1) later.push(await timeOneStart());
await rm(dataDir, { recursive: true });
console.log(
  `first start ${Math.round(first)} ms, later starts ${Math.round(median(later))} ms (median of 5)`,
);
