import type { IncomingHttpHeaders } from "node:http";
import type { ByteRange } from "../storage-connector/storage.ts";

/** Bytes that never change under their tag. */
export interface Tagged {
  size: number;
  /** With its quotation marks, as it stands in headers. */
  etag: string;
  lastModified: Date;
}

/** The status of an answer, and the bytes that it has, or would have if it were no HEAD. */
export type Wanted = { status: 200 | 206; range: ByteRange } | { status: 304 | 412 | 416; range: null };

/**
 * What a request asks for by its conditions and its range, as RFC 9110 says in section 13.2.2. Several ranges, and what is no
 * range of bytes, are answered with the whole.
 */
export function wantedOf(
  { method, headers }: { method: string; headers: IncomingHttpHeaders },
  { size, etag, lastModified }: Tagged,
): Wanted {
  const modified = Math.floor(lastModified.getTime() / 1_000) * 1_000; // headers know whole seconds
  const { range, "if-match": match, "if-none-match": noneMatch } = headers;
  const isRefused =
    match === undefined ? modified > dateOf(headers["if-unmodified-since"]) : !names(match, etag);
  if (isRefused) return { status: 412, range: null };
  const isKnown =
    noneMatch === undefined
      ? modified <= dateOf(headers["if-modified-since"])
      : names(noneMatch.replaceAll("W/", ""), etag);
  if (isKnown) return { status: 304, range: null };
  const same = headers["if-range"]?.toString();
  const isSame = same === undefined || same === etag || dateOf(same) === modified;
  const whole: Wanted = { status: 200, range: { start: 0, end: size - 1 } };
  return method === "GET" && range && isSame ? (rangeOf(range, size) ?? whole) : whole;
}

/** NaN, which is neither before nor after anything, when it is no date. */
function dateOf(header: string | undefined): number {
  return Date.parse(header ?? "");
}

/** Whether a list of tags, or `*`, names this one. */
function names(list: string, etag: string): boolean {
  return list.trim() === "*" || list.split(",").some((each) => each.trim() === etag);
}

function rangeOf(header: string, size: number): Wanted | undefined {
  const [, first = "", last = ""] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header) ?? [];
  if (first === "" && last === "") return undefined;
  if (first === "") return satisfied({ start: Math.max(0, size - Number(last)), end: size - 1 });
  if (last !== "" && Number(first) > Number(last)) return undefined;
  return satisfied({ start: Number(first), end: last === "" ? size - 1 : Math.min(Number(last), size - 1) });
}

function satisfied(range: ByteRange): Wanted {
  return range.start <= range.end ? { status: 206, range } : { status: 416, range: null };
}
