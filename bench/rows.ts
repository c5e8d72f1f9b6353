/** How large the registry is that is asked. */
export interface Size {
  models: number;
  /** Versions of each model. */
  versions: number;
  /** Versions that have everything that a version can have: those of the first models. */
  filled: number;
}

export const standard: Size = { models: 200, versions: 10, filled: 2_000 };

/** What an answer costs must not depend on how large the registry is around it. */
export const growing: Size[] = [
  { models: 100, versions: 10, filled: 1_000 },
  { models: 100_000, versions: 10, filled: 1_000 },
];

/** The UUID of the n-th row of a table, counted from 1: in the order of their creation, as time-ordered UUIDs are. */
export function uuid(n: number): string {
  return n
    .toString(16)
    .padStart(32, "0")
    .replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** The id under which our API knows the n-th object of a type. */
export function globalId(type: string, n: number): string {
  return `${type}_${uuid(n).replaceAll("-", "")}`;
}
