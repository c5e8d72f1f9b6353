import { refuse, UserErrorCode } from "../user-error.ts";

/** Where a row stands in an order: the value that it is ordered by, then its id. */
export interface Position {
  value: string | number;
  id: string;
}

export function toCursor(order: string, value: unknown, id: string): string {
  return Buffer.from(JSON.stringify([order, value, id])).toString("base64url");
}

/** @throws Refusal at `field` when the cursor comes from elsewhere, or from a list in another order. */
export function fromCursor(cursor: string, order: string, field: string): Position {
  const [of, value, id] = cursor.length > 4_000 ? [] : decode(cursor);
  const known = typeof of === "string" && ["string", "number"].includes(typeof value) && isUuid(id);
  if (!known)
    refuse(UserErrorCode.INVALID, [field], `Expected a cursor of this list, got "${cursor.slice(0, 80)}".`);
  if (of !== order) {
    const message = `Expected a cursor of a list ordered by ${order}, got one by ${of.slice(0, 80)}.`;
    refuse(UserErrorCode.INVALID, [field], message);
  }
  return { value: value as string | number, id };
}

function isUuid(id: unknown): id is string {
  return typeof id === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);
}

function decode(cursor: string): unknown[] {
  try {
    const decoded: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    return Array.isArray(decoded) ? decoded : [];
  } catch {
    return [];
  }
}
