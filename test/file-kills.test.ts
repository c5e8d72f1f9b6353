import { expect, test } from "@jest/globals";
import { canFault } from "../scripts/torture/faults.ts";
import { kills } from "../scripts/torture/kills.ts";

const withFaults = canFault ? test : test.skip;
const skipped = canFault ? "" : " (skipped: it needs Linux and a C compiler)";

/** It throws when anything is lost or left; `npm run torture` does it two hundred times. */
withFaults(
  `twenty times kill -9 lose no file, and leave nothing behind${skipped}`,
  async () => {
    expect(await kills(20)).toContain("no orphan after one sweep");
  },
  600_000,
);
