import { expect, test } from "@jest/globals";
import { ByteSize, DateTime, JSONValue, WebURL } from "../src/scalars.ts";
import { aRegistry } from "./support/registry.ts";

test.each(["https://example.com/a.png", "http://localhost:3000/"])("%s is a URL", (url) => {
  expect(WebURL.parseValue(url)).toBe(url);
});

test.each([
  "javascript:alert(1)",
  "data:text/html,x",
  "ftp://example.com/",
  "//example.com/a",
  "a.png",
  "",
  5,
  null,
])("%p is no URL", (url) => {
  expect(() => WebURL.parseValue(url)).toThrow("Expected an absolute URL with the scheme http or https.");
  expect(() => WebURL.serialize(url)).toThrow();
});

test("a URL that could run a script does not leave the registry, however it came in", async () => {
  const registry = await aRegistry();
  await registry.db.query("update user_account set picture_url = 'javascript:alert(1)' where id = $1", [
    registry.userId,
  ]);
  const { body } = await registry.send("{ viewer { user { name pictureUrl } } }");
  expect(body.data.viewer.user).toEqual({ name: "Ada Lovelace", pictureUrl: null });
  expect(JSON.stringify(body)).not.toContain("javascript:");
});

test("a byte size is a JSON number that loses nothing", () => {
  expect(ByteSize.serialize(2 ** 53 - 1)).toBe(9_007_199_254_740_991);
  expect(() => ByteSize.serialize(2 ** 53)).toThrow();
});

test("a moment is shown in UTC, whatever zone it was given in", () => {
  const moment = DateTime.parseValue("2026-03-01T09:30:00+02:00");
  expect(JSON.stringify(DateTime.serialize(moment))).toBe('"2026-03-01T07:30:00.000Z"');
});

test("JSON is JSON", () => {
  const value = { a: [1, "2", null, { b: false }] };
  expect(JSONValue.serialize(value)).toEqual(value);
});
