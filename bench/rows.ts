/** How large the registry is that is asked. */
export interface Size {
  models: number;
  /** Versions of each model. */
  versions: number;
  /** Versions that have everything that a version can have: those of the first models. */
  filled: number;
  /** Whether it has experiments, datasets and a trash too, and everywhere what many rows, what few, and what none have. */
  lists?: true;
}

export const standard: Size = { models: 200, versions: 10, filled: 2_000 };

/** What an answer costs must not depend on how large the registry is around it. */
export const growing: { small: Size; large: Size } = {
  small: { models: 100, versions: 10, filled: 1_000, lists: true },
  large: { models: 100_000, versions: 10, filled: 100_000, lists: true },
};

/** Versions that the last of a line comes from, one from the other. */
export const generations = 10;

/** Rows of each table that are rare. */
export const few = 5;

/** Who made something: all but the last two made much, the last but one little, the last nothing. */
export const authors = 50;
export const rareAuthor = authors + 1;
export const idleAuthor = authors + 2;

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

/** When the n-th row of a table was created. */
export function moment(n: number): Date {
  return new Date(Date.UTC(2026, 0, 1) + n * 61_000);
}
