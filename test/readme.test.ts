import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { errorCodes } from "../src/errors.ts";

const readme = readFileSync("README.md", "utf8");

test("the README lists every code of an error, with its status and meaning", () => {
  const rows = Object.entries(errorCodes).map(
    ([code, { status, meaning }]) => `| \`${code}\` | ${status} | ${meaning} |`,
  );
  expect(readme.split("\n").filter((line) => /^\| `[A-Z_]+` \| \d{3} \|/.test(line))).toEqual(rows);
});

test("the README lists every variable of the configuration", () => {
  const source = readFileSync("src/config.ts", "utf8");
  const names = [...source.matchAll(/(?:env\.|\(\s*")([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)\b/g)].map(
    ([, name]) => name,
  );
  expect(names.length).toBeGreaterThan(15);
  expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
});
