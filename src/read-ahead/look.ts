import { type GraphQLResolveInfo, getNamedType, isAbstractType } from "graphql";
import type { Context } from "../context.ts";
import type { Bind } from "../filter.ts";
import type { RowClass } from "../rows.ts";
import { type Asked, foundJson, type Place, rowJson } from "./json.ts";
import { load, loadAhead, loadWritten } from "./load.ts";
import type { KeySql, Parent, Relation, Source, Wanted, Wish } from "./relation.ts";
import { ahead, type Selection } from "./selection.ts";
import type { Soon } from "./soon.ts";
import { columnsOnly, wantedFor, wholeRow } from "./wanted.ts";
import { isToBeWritten, Unwritable } from "./written.ts";

/**
 * Gives what hangs on a parent. When it was read ahead, it lies on the parent's row, and no promise is made. Otherwise
 * one statement reads it for all parents that ask in the same tick with the same arguments; given a resolver's `info`, that
 * statement also reads ahead all that the client has selected below.
 */
export interface Look<Property extends string, Value, Args> {
  (context: Context, parent: Parent<Property>, args: Args, info?: GraphQLResolveInfo): Soon<Value>;
  relation: Relation;
  /** What to read for a field: with what is selected below it, or these columns, or whole rows. */
  wishes(args: Args, below: Selection | readonly string[] | null): Wish[];
  /** The JSON of a field that hands on what is found. */
  json(place: Place, args: Args, asked: Asked): string;
}

/** Declares a row under each parent, or none. It is joined: the condition must not hold for two. */
export function one<Row extends object, Property extends string, Args = void>(
  source: Source<Property, Args> & { type: RowClass<Row> },
): Look<Property, Row | null, Args> {
  return look<Property, Row | null, Args>("one", source, null);
}

/** Declares a list of rows under each parent. */
export function many<Row extends object, Property extends string, Args = void>(
  source: Source<Property, Args> & Required<Pick<Source<Property, Args>, "order">> & { type: RowClass<Row> },
  otherwise?: Otherwise<Property, Row[]>,
): Look<Property, Row[], Args> {
  return look<Property, Row[], Args>("many", source, [], { otherwise });
}

/** How many parents are read where their rows were not read ahead, when not by the same statement. */
type Otherwise<Property extends string, Value> = (
  context: Context,
  parent: Parent<Property>,
) => Promise<Value>;

/** Declares a plain value under each parent: an SQL expression, such as a count. */
export function value<Value, Property extends string, Args = void>(
  declared: Pick<Source<Property, Args>, "key" | "argsKey"> & {
    /** The entity whose table `sql` is told. */
    type?: RowClass<object>;
    sql(key: KeySql<Property>, args: Args, bind: Bind, table: string): string;
    missing: Value;
  },
): Look<Property, Value, Args> {
  const { missing, sql } = declared;
  return look<Property, Value, Args>("value", { type: Object, ...declared }, missing, { sql });
}

let looks = 0;

function look<Property extends string, Value, Args>(
  kind: Relation["kind"],
  source: Source<Property, Args>,
  missing: Value,
  { sql, otherwise }: { sql?: unknown; otherwise?: Otherwise<Property, Value> | undefined } = {},
): Look<Property, Value, Args> {
  looks += 1;
  const { key } = source;
  const relation = { name: `:${looks}`, kind, key, source, value: sql } as unknown as Relation;
  const properties = Object.keys(key) as Property[];
  const placeOf = (args: Args) =>
    args === undefined ? relation.name : `${relation.name} ${source.argsKey?.(args) ?? JSON.stringify(args)}`;
  const wish = (args: Args, wanted: Wanted): Wish[] => [{ relation, args, place: placeOf(args), wanted }];
  const wishes = (args: Args, below: Selection | readonly string[] | null) =>
    wish(args, below === null ? wholeRow() : "sets" in below ? wantedFor(below) : columnsOnly(below));

  const read = (
    context: Context,
    parent: Parent<Property>,
    args: Args,
    info?: GraphQLResolveInfo,
  ): Soon<Value> => {
    const place = placeOf(args);
    if (place in parent) return (parent as unknown as { [place: string]: Value })[place] as Value;
    if (properties.some((property) => parent[property] === undefined))
      throw new Error(`${source.type.name} was looked up by ${properties}, which was not read.`);
    if (properties.some((property) => parent[property] === null)) return missing;
    if (otherwise) return otherwise(context, parent);
    if (isToBeWritten(info)) return writeAll(context, parent, args, info) as Soon<Value>;
    const below = ahead(context, info, source.type.name);
    const loaded =
      below && info
        ? loadAhead(context, key, parent, { info, identity: place, wishes: () => wishes(args, below) })
        : load(context, key, parent, place, () => wish(args, wholeRow()));
    // What is too long to be read ahead, or refused, is read by itself.
    return loaded.then((found) => (place in found ? (found[place] as Value) : read(context, parent, args)));
  };
  /** The object of a root field. */
  const writeAll = (context: Context, parent: Parent<Property>, args: Args, info: GraphQLResolveInfo) => {
    const below = ahead(context, info, source.type.name);
    const given = getNamedType(info.returnType);
    if (!below || (given !== below.type && !isAbstractType(given)))
      throw new Unwritable("It is too much, or a part of something else.");
    return loadWritten(context, key, parent, {
      info,
      identity: placeOf(args),
      write: (place) => rowJson(place, { relation, args }, { type: below.type, below }),
    });
  };
  const json = (place: Place, args: Args, asked: Asked) =>
    foundJson(place, { relation, args }, asked, missing);
  return Object.assign(read, { relation, wishes, json });
}
