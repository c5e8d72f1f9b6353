import { refuse, UserErrorCode } from "../user-error.ts";

const form = /^([A-Z][A-Za-z]*)_([0-9a-f]{32})$/;

/** The id that the API shows: the type and the UUID of the row. Clients treat it as opaque. */
export function toGlobalId(type: string, uuid: string): string {
  return `${type}_${uuid.replaceAll("-", "")}`;
}

/** The same in SQL, of the SQL of a UUID. */
export function globalIdJson(type: string, uuid: string): string {
  return `'${type}_' || replace(${uuid}::text, '-', '')`;
}

/** @returns the type and the UUID, or undefined when this was never an id of this registry. */
export function parseGlobalId(id: string): { type: string; uuid: string } | undefined {
  const [, type, hex] = form.exec(id) ?? [];
  if (type === undefined || hex === undefined) return undefined;
  return { type, uuid: hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5") };
}

/** @throws Refusal at `field` when the id is malformed or of another type. */
export function uuidOf(type: string, id: string, field: string[]): string {
  const parsed = parseGlobalId(id);
  if (parsed?.type === type) return parsed.uuid;
  const got = parsed ? `the id of ${oneOf(parsed.type)}` : `"${id.slice(0, 80)}"`;
  refuse(UserErrorCode.INVALID, field, `Expected the id of ${oneOf(type)}, got ${got}.`);
}

function oneOf(type: string): string {
  return `${/^[AEIO]/.test(type) ? "an" : "a"} ${type}`;
}
