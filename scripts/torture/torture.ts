import { aborts } from "./aborts.ts";
import { big } from "./big.ts";
import { kills } from "./kills.ts";
import { races } from "./races.ts";

/**
 * The long form of what `npm test` does in short, each with a server of its own: `npm run torture`, or
 * `npm run torture -- kills aborts`. Prints one line for each, and exits with 1 when something was wrong.
 */
const scenarios: Record<string, () => Promise<string>> = {
  big: () => big(Number(process.env.TORTURE_GIB ?? 5) * 2 ** 30),
  kills: () => kills(Number(process.env.TORTURE_KILLS ?? 200)),
  aborts: () => aborts(Number(process.env.TORTURE_ABORTS ?? 10_000)),
  races: () => races(Number(process.env.TORTURE_RACES ?? 10_000)),
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(scenarios);
for (const name of names) {
  const scenario = scenarios[name];
  if (!scenario)
    throw new Error(`Expected some of ${Object.keys(scenarios).join(", ")}, got ${JSON.stringify(name)}.`);
  const begin = performance.now();
  const result = await scenario().catch((error: Error) => {
    process.exitCode = 1;
    return `FAILED: ${error.stack}`;
  });
  console.log(`${name} (${Math.round((performance.now() - begin) / 1_000)} s): ${result}`);
}
process.exit();
