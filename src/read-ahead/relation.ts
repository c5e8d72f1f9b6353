import type { Bind } from "../filter.ts";
import type { RowClass } from "../rows.ts";

/** By what the rows of a relation are found: properties of the parent, with their types in PostgreSQL. */
export type Key<Property extends string = string> = {
  readonly [property in Property]: "uuid" | "text" | "int";
};

/** The SQL of each property of a key. */
export type KeySql<Property extends string = string> = { readonly [property in Property]: string };

/** Rows under a parent, as a noun declares them. The SQL speaks of a row as `r`. */
export interface Source<Property extends string = string, Args = unknown> {
  /** The entity whose rows they are; or, with `from`, any class. */
  type: RowClass<object>;
  key: Key<Property>;
  /** In the place of a table: a statement whose columns are those in `columns`. */
  from?(key: KeySql<Property>, args: Args, bind: Bind): string;
  columns?: readonly string[];
  /** The condition that a row is one of the parent's. */
  where?(key: KeySql<Property>, args: Args, bind: Bind): string;
  /** Their order, in which the row is called as it is told. */
  order?(row: string, args: Args): string;
  limit?(args: Args): number | null;
  /** How many there can be, where the domain says so and something long may hang on each. */
  atMost?: number;
  /** Tells arguments apart, where their JSON would not do. */
  argsKey?(args: Args): string;
}

/** How the data of a field hangs on the row of its parent. */
export interface Relation {
  /** Unique in the process. */
  name: string;
  kind: "one" | "many" | "value";
  key: Key;
  source: Source;
  /** The expression of a plain value; it is told the table of the source's type. */
  value(key: KeySql, args: unknown, bind: Bind, table: string): string;
}

/** Something to read under a parent: a relation with its arguments, and what is wanted of its rows. */
export interface Wish {
  relation: Relation;
  args: unknown;
  /** Under which the parent keeps what was read. */
  place: string;
  wanted: Wanted;
}

/** What is wanted of each row of a relation. */
export interface Wanted {
  /** All columns: of a row for code that may use any of them. */
  whole: boolean;
  /** Properties. One that is no column is made by a resolver that does not say what it needs: then the whole row is read. */
  columns: Set<string>;
  /** What hangs on the row, by its place. */
  wishes: Map<string, Wish>;
}

export type Parent<Property extends string = string> = {
  readonly [property in Property]: string | number | null;
};
