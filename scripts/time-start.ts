import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median, timeUntilAnswer } from "./npm-start.ts";

/** Prints the time from `npm start` to the first answer: on an empty folder, then the median of five starts on a full one. */
const dataDir = await mkdtemp(join(tmpdir(), "registry-start-"));

const first = await timeUntilAnswer(dataDir);
const later: number[] = [];
for (let count = 0; count < 5; count += 1) later.push(await timeUntilAnswer(dataDir));
await rm(dataDir, { recursive: true });
console.log(
  `first start ${Math.round(first)} ms, later starts ${Math.round(median(later))} ms (median of 5)`,
);
