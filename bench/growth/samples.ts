import { type GraphQLInputObjectType, getNamedType, isEnumType } from "graphql";
import { authors, few, globalId, idleAuthor, moment, rareAuthor, type Size } from "../rows.ts";

/** What an operator is given, and how much of a list that finds. */
export interface Sample {
  share: string;
  /** A function where it depends on how large the registry is. */
  value: unknown | ((size: Size) => unknown);
}

type Samples = { [operator: string]: Sample[] };

const names = { many: "Common 1", few: "Rare 1", none: "Never 1" };
const users = {
  many: globalId("User", authors),
  few: globalId("User", rareAuthor),
  none: globalId("User", idleAuthor),
};

/** Of each filter type of the schema; of an enum, each of its values. */
const byType: { [type: string]: Samples } = {
  StringFilter: {
    ...equal(names),
    contains: shares({ many: "ommon", few: "rare", none: "zzz" }),
  },
  IdFilter: equal(users),
  BooleanFilter: { eq: [sample("true", true), sample("false", false)] },
  DateTimeFilter: { gt: later(), gte: later(), lt: earlier(), lte: earlier() },
};

/**
 * @returns for each operator of the filter, what it is asked with
 * @throws Error when the schema has a filter that nobody thought of here
 */
export function samplesOf(filter: GraphQLInputObjectType): Samples {
  const operators = filter.getFields();
  const operand = operators.in && getNamedType(operators.in.type);
  const known = isEnumType(operand)
    ? equal(Object.fromEntries(operand.getValues().map(({ name }) => [name, name])))
    : byType[filter.name];
  for (const operator of Object.keys(operators))
    if (!known?.[operator])
      throw new Error(`Expected samples for ${filter.name}.${operator} in ${import.meta.url}.`);
  return known ?? {};
}

function equal(values: { [share: string]: unknown }): Samples {
  const each = Object.fromEntries(Object.entries(values).map(([share, value]) => [share, [value]]));
  return {
    // The registry says whether null is something to be equal to.
    eq: [...shares(values), sample("null", null)],
    in: shares({ ...each, all: Object.values(values) }),
  };
}

function later(): Sample[] {
  return [
    sample("half", (size: Size) => moment(count(size) / 2)),
    sample("few", (size: Size) => moment(count(size) - 10 * few)),
    sample("none", () => moment(2 ** 26)),
  ];
}

function earlier(): Sample[] {
  return [
    sample("half", (size: Size) => moment(count(size) / 2)),
    sample("few", () => moment(10 * few)),
    sample("none", () => moment(-1)),
  ];
}

function count({ models, versions }: Size): number {
  return models * versions;
}

function shares(values: { [share: string]: unknown }): Sample[] {
  return Object.entries(values).map(([share, value]) => sample(share, value));
}

function sample(share: string, value: Sample["value"]): Sample {
  return { share, value };
}
