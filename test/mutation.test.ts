import { expect, test } from "@jest/globals";
import { v7 as uuidv7 } from "uuid";
import { Keyring } from "../src/keyring.ts";
import { transact } from "../src/mutation.ts";
import { Organization } from "../src/organization/organization.ts";
import { aRegistry } from "./support/registry.ts";
import { storages } from "./support/test-server.ts";

test.each([false, true])("what is checked at the commit refuses it, dry run: %s", async (dryRun) => {
  const { db } = await aRegistry();
  const parts = { keyring: new Keyring([]), storages, verifySoon() {} };
  const context = {
    db,
    ...parts,
    viewer: null,
    readAhead: true,
    trashDays: 30,
    maxFileSize: 1,
    baseUrl: "",
    requestId: "",
  };
  const unowned = transact(context, (tx) => tx.insert(Organization, { id: uuidv7(), name: "Acme" }), {
    access: "NONE",
    dryRun,
  });
  expect(await unowned).toMatchObject({ result: null, userErrors: [{ code: "CONFLICT" }] });
});
