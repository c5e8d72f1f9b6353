import { Field, ID, InputType } from "type-graphql";
import { limits } from "./limits.ts";
import { uuidOf } from "./node/id.ts";
import { DateTime } from "./scalars.ts";
import { compose, normalizeName } from "./text.ts";
import { refuse, UserErrorCode } from "./user-error.ts";

const eq = "Equal to this.";
const among = `Equal to one of these, at most ${limits.filterValues}.`;

@InputType({ description: "Compares text; all that is given must hold." })
export class StringFilter {
  @Field(() => String, { nullable: true, description: eq })
  eq?: string | null;

  @Field(() => [String], { nullable: true, description: among })
  in?: string[] | null;

  @Field(() => String, { nullable: true, description: "Contains this, upper and lower case alike." })
  contains?: string | null;
}

@InputType({ description: "Compares an id; all that is given must hold." })
export class IdFilter {
  @Field(() => ID, { nullable: true, description: eq })
  eq?: string | null;

  @Field(() => [ID], { nullable: true, description: among })
  in?: string[] | null;
}

@InputType({ description: "Compares a moment; all that is given must hold." })
export class DateTimeFilter {
  @Field(() => DateTime, { nullable: true, description: "At this moment or later." })
  gte?: Date | null;

  @Field(() => DateTime, { nullable: true, description: "Later than this moment." })
  gt?: Date | null;

  @Field(() => DateTime, { nullable: true, description: "At this moment or earlier." })
  lte?: Date | null;

  @Field(() => DateTime, { nullable: true, description: "Earlier than this moment." })
  lt?: Date | null;
}

@InputType({ description: "Compares a truth value." })
export class BooleanFilter {
  @Field(() => Boolean, { nullable: true, description: eq })
  eq?: boolean | null;
}

/** The filter of an enum, as an input type of its own: `FrameworkFilter` for `Framework`. */
export function enumFilter(name: string, type: object, nullable: boolean) {
  class EnumFilter {
    eq?: string | null;
    in?: string[] | null;
  }
  InputType(`${name}Filter`, { description: `Compares a ${name}; all that is given must hold.` })(EnumFilter);
  Field(() => type, { nullable: true, description: nullable ? `${eq} Null: has none.` : eq })(
    EnumFilter.prototype,
    "eq",
  );
  Field(() => [type], { nullable: true, description: among })(EnumFilter.prototype, "in");
  return EnumFilter;
}

type Filter = { [operator: string]: unknown };

/** What a field of `where` compares. */
export interface Target {
  column: string;
  /** Of ids: the type that they are of. */
  idOf?: string;
  nullable?: true;
  /** Whether it has a handful of values, each of which can have a plan of its own. */
  few?: true;
  /** A column that is never less: what is later in this one is later in that one too, by which a list can be ordered. */
  atMost?: string;
  /** A column that is never greater. */
  atLeast?: string;
}

/** When a row was created and when it was updated, which the database does not let be before that. */
export const moments = {
  createdAt: { column: "r.created_at", atMost: "r.updated_at" },
  updatedAt: { column: "r.updated_at", atLeast: "r.created_at" },
};

/** A column, or an expression, that has a handful of values. */
export function few(column: string): Target {
  return { column, few: true };
}

/**
 * Stands in a statement whose best plan depends on what it is given: whether a filter finds much or nothing. One plan for all
 * values would walk a million rows for the few that another index finds at once.
 */
export const planAnew = "/* plan anew */";

/** Puts a value into a statement and gives its placeholder. */
export type Bind = (value: unknown) => string;

const operators: { [operator: string]: (column: string, operand: string) => string } = {
  eq: (column, operand) => `${column} = ${operand}`,
  in: (column, operand) => `${column} = any(${operand})`,
  contains: (column, operand) => `${column} collate "default" ilike ${operand}`,
  gte: (column, operand) => `${column} >= ${operand}`,
  gt: (column, operand) => `${column} > ${operand}`,
  lte: (column, operand) => `${column} <= ${operand}`,
  lt: (column, operand) => `${column} < ${operand}`,
};

/**
 * The conditions of a `where` input.
 *
 * @param columns what each field of `where` compares.
 * @param order the column in whose order rows are read: what must hold for it too, its index can be entered at.
 */
export function conditions(
  where: object | null | undefined,
  columns: { [field: string]: string | Target },
  bind: Bind,
  order?: string,
): string[] {
  return Object.entries(where ?? {}).flatMap(([field, filter]: [string, Filter | null]) =>
    Object.entries(filter ?? {}).map(([operator, value]) => {
      const path = ["where", field, operator];
      const target = columns[field];
      const compare = operators[operator];
      if (!target || !compare) throw new Error(`No column or operator for ${path.join(".")}.`);
      const { column, idOf, nullable, few, ...implied }: Target =
        typeof target === "string" ? { column: target } : target;
      checkOperand(operator, value, path, nullable);
      if (operator === "eq" && value === null) return `${column} is null`;
      if (operator === "eq" && few) return compare(column, literal(value));
      const operand = bind(idOf ? uuids(idOf, value, path) : normalized(operator, value));
      const compared = `${compare(column, operand)} ${planAnew}`;
      const other = impliedBy(operator, implied);
      return other && other === order ? `${compared} and ${compare(other, operand)}` : compared;
    }),
  );
}

/** The column for which the same has to hold. */
function impliedBy(operator: string, { atMost, atLeast }: Pick<Target, "atMost" | "atLeast">) {
  if (["gt", "gte"].includes(operator)) return atMost;
  return ["lt", "lte"].includes(operator) ? atLeast : undefined;
}

/** Of an enum or a boolean, which GraphQL has looked at: so it needs no quoting, but gets it. */
function literal(value: unknown): string {
  return typeof value === "boolean" ? String(value) : `'${String(value).replaceAll("'", "''")}'`;
}

function checkOperand(operator: string, value: unknown, path: string[], nullable = false): void {
  if (value === null && !(nullable && operator === "eq")) {
    refuse(UserErrorCode.INVALID, path, `Expected a value for ${operator}, got null.`);
  }
  if (Array.isArray(value) && value.length > limits.filterValues) {
    refuse(
      UserErrorCode.INVALID,
      path,
      `Expected at most ${limits.filterValues} values, got ${value.length}.`,
    );
  }
}

/** Text in the form in which names are stored, or as a pattern of what they contain. */
function normalized(operator: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => normalized(operator, each));
  if (typeof value !== "string") return value;
  if (operator === "contains") return `%${compose(value).replace(/[\\%_]/g, "\\$&")}%`;
  return normalizeName(value);
}

function uuids(type: string, value: unknown, path: string[]): unknown {
  if (Array.isArray(value)) return value.map((id, index) => uuidOf(type, id, [...path, String(index)]));
  return uuidOf(type, String(value), path);
}
