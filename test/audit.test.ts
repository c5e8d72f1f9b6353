import { expect, test } from "@jest/globals";
import { serverAudits } from "graphql-http";
import { aRegistry } from "./support/registry.ts";

test("x", async () => {
  const { url, token } = await aRegistry();
  const audits = serverAudits({ url, fetchFn: fetch });
  const notOk = [];
  for (const audit of audits) {
    const r = await audit.fn();
    if (r.status !== "ok") notOk.push([r.id, r.name, r.status, r.status !== "ok" ? r.reason : ""]);
  }
  console.log(audits.length, notOk);
  const audits2 = serverAudits({
    url,
    fetchFn: (u: string, init: RequestInit) =>
      fetch(u, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } }),
  });
  const notOk2 = [];
  for (const audit of audits2) {
    const r = await audit.fn();
    if (r.status !== "ok") notOk2.push([r.id, r.name, r.status, r.status !== "ok" ? r.reason : ""]);
  }
  console.log(audits2.length, notOk2);
});
