import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { buildSchema, parse, validate } from "graphql";
import { type Browser, chromium } from "playwright-core";
import { examples } from "../src/playground/examples.ts";
import { sendForm } from "./support/multipart.ts";
import { anInvitation } from "./support/people.ts";
import { aRegistry } from "./support/registry.ts";
import { aModel, anExperiment, aVersion, wholeForm } from "./support/seed.ts";
import { aServer } from "./support/test-server.ts";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const args =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
const html = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

/** What the examples are written for. */
async function aFilledRegistry() {
  const registry = await aRegistry();
  const modelId = await aModel(registry, { name: "PPE Detection" });
  for (const name of ["ssd", "yolo"]) await aVersion(registry, modelId, { ...wholeForm, name });
  await anExperiment(registry);
  return registry;
}

describe("the examples", () => {
  const schema = buildSchema(readFileSync("schema.graphql", "utf8"));

  test.each(examples)("$title is valid", ({ operation }) => {
    expect(validate(schema, parse(operation))).toEqual([]);
  });

  test("each finds or creates something", async () => {
    const registry = await aFilledRegistry();
    const modelId = await aModel(registry);
    const { secret } = await anInvitation(registry);
    const versionId = await aVersion(registry, modelId);
    const deleted = await aVersion(registry, modelId);
    await registry.ask("mutation ($id: ID!) { deleteModelVersion(id: $id) { userErrors { code } } }", {
      id: deleted,
    });
    for (const { operation, variables, withoutToken, withFile } of examples) {
      const given = {
        ...variables,
        ...("modelId" in variables && { modelId }),
        ...("modelVersionId" in variables && { modelVersionId: versionId }),
        ...("id" in variables && { id: versionId }),
        ...("a" in variables && { a: versionId, b: versionId }),
        ...(withoutToken && { input: { name: "Grace Hopper", secret } }),
      };
      const headers = withoutToken && { authorization: "" };
      const form = {
        operations: { query: operation, variables: { ...given, file: null } },
        map: { 0: ["variables.file"] },
      };
      const { body } = withFile
        ? await sendForm(registry, form, [{ bytes: "weights" }])
        : await registry.send(operation, given, headers);
      const [answer] = Object.values<object>(body.data);
      if ("userErrors" in (answer ?? {})) expect(answer).toHaveProperty("userErrors", []);
      else if ("nodes" in (answer ?? {})) expect(answer).not.toHaveProperty("nodes", []);
      else expect(answer).toEqual(expect.anything());
    }
  });
});

describe("the page", () => {
  test("comes to browsers only", async () => {
    const { url } = await aRegistry();
    const typeOf = async (path: string, headers: Record<string, string>) =>
      (await fetch(url + path, { headers })).headers.get("content-type");
    expect(await typeOf("", html)).toBe("text/html; charset=utf-8");
    expect(await typeOf("", { accept: "*/*" })).toMatch("json");
    expect(await typeOf("?query={__typename}", html)).toMatch("json");
    expect(await typeOf("?query={__typename}", { accept: "application/json" })).toMatch("json");
  });

  test("may load nothing from elsewhere, nor be framed", async () => {
    const { url } = await aRegistry();
    const { headers } = await fetch(url, { headers: html });
    const policy = headers.get("content-security-policy");
    expect(policy).toMatch("default-src 'none'; script-src 'self';");
    expect(policy).toMatch("frame-ancestors 'none'");
    expect(policy).not.toMatch(/\*|https?:/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("has files that are kept for good, and leads to no others", async () => {
    const { url } = await aRegistry();
    const [, base = ""] =
      /<base href="(.*?)">/.exec(await (await fetch(url, { headers: html })).text()) ?? [];
    const get = (path: string) => fetch(new URL(base + path, url));
    expect((await get("main.js")).headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    for (const path of [
      "",
      "index.html",
      "iframe-sandbox/index.html",
      "..%2f..%2fpackage.json",
      "%2e%2e/index.js",
    ])
      expect((await get(path)).status).toBe(404);
  });

  test("is not there when it is switched off", async () => {
    const { db } = await aRegistry();
    const { address } = await aServer(db, { playground: false });
    const statuses = ["/graphql", "/playground/settings.js"].map(
      async (path) => (await fetch(address + path, { headers: html })).status,
    );
    expect(await Promise.all(statuses)).toEqual([400, 404]);
  });
});

const inChromium = existsSync(executablePath) ? test : test.skip;
const skipped = existsSync(executablePath) ? "" : ` (skipped: there is no Chromium at ${executablePath})`;

inChromium(`someone pastes the token, and the query of a tab answers${skipped}`, async () => {
  const { url, token } = await aFilledRegistry();
  const browser = await chromium.launch({ executablePath, args: args.split(" ") });
  try {
    const { page, outside, complaints } = await watchedPage(browser, new URL(url).origin);
    await page.goto(url);

    await page.getByText("Accept an invitation", { exact: true }).click(); // before there is a token
    await page.getByText("Send Request", { exact: true }).click();
    await page.getByText("Expected the secret of an invitation").waitFor();

    await page.getByText("Paste your token here", { exact: true }).click();
    await page.getByText("Environments...", { exact: true }).click();
    await page.locator(".cm-content", { hasText: "paste-your-token-here" }).fill(JSON.stringify({ token }));
    await page.locator(".cm-content", { hasText: token }).waitFor();
    await page.getByText("Save", { exact: true }).click();
    await page.getByText("Save", { exact: true }).waitFor({ state: "hidden" }); // until then the old one is sent

    await page.getByText("Version overview", { exact: true }).click();
    await page.getByText("Send Request", { exact: true }).click();
    await page.getByText('"yolo"').waitFor();
    expect(await page.getByText('"helmet"').count()).toBe(1);
    expect({ outside, complaints }).toEqual({ outside: [], complaints: [] });
  } finally {
    await browser.close();
  }
});

/** A page that notes what it asks of other hosts, and every error: a breach of its policy is one too. */
async function watchedPage(browser: Browser, origin: string) {
  const page = await browser.newPage();
  const outside: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => request.url().startsWith(origin) || outside.push(request.url()));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  return { page, outside, complaints };
}
