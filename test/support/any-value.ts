import fc from "fast-check";
import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from "graphql";

/** A value as it is written in a document, and sent in a variable. */
export type Plain = Enum | null | boolean | number | string | Plain[] | { [field: string]: Plain };

export class Enum {
  constructor(readonly name: string) {}

  toJSON() {
    return this.name;
  }
}

/** What stands in the place of a value. */
export type Value =
  | { plain: Plain }
  | { list: Value[] }
  | { fields: { [field: string]: Value } }
  | { variable: { type: string; fallback: Plain | undefined; sent: Plain | undefined } };

/** Values that a scalar often has, by its name; `first.Int`: those of an `Int` in a place, or an input, with this name. */
export type Known = { [scalar: string]: Plain[] };

function within(known: Known, name: string): Known {
  const own = Object.entries(known).filter(([key]) => key.startsWith(`${name}.`));
  return {
    ...known,
    ...Object.fromEntries(own.map(([key, values]) => [key.slice(name.length + 1), values])),
  };
}

/** What is given for arguments, or for the fields of an input: what needs not be given often is not. */
export function anyGiven(
  places: readonly (GraphQLArgument | GraphQLInputField)[],
  known: Known,
): fc.Arbitrary<{ [name: string]: Value }> {
  return givenFor(places, (place) =>
    anyValue(place.type, place.defaultValue !== undefined, within(known, place.name)),
  );
}

export function anyValue(type: GraphQLInputType, hasDefault: boolean, known: Known): fc.Arbitrary<Value> {
  const inner = getNullableType(type);
  const choices: fc.MaybeWeightedArbitrary<Value>[] = [
    { weight: 3, arbitrary: anyPlain(type, known).map((plain) => ({ plain })) },
    { weight: 2, arbitrary: anyVariable(type, hasDefault, known) },
  ];
  if (isInputObjectType(inner)) {
    const places = Object.values(inner.getFields());
    const own = within(known, inner.name);
    const given = inner.isOneOf
      ? fc.oneof(
          ...places.map((place) =>
            anyValue(place.type, false, own).map((value) => ({ [place.name]: value })),
          ),
        )
      : anyGiven(places, own);
    choices.push({ weight: 3, arbitrary: given.map((fields) => ({ fields })) });
  }
  if (isListType(inner)) {
    const list = fc.array(anyValue(inner.ofType, false, known), { maxLength: 3 });
    choices.push({ weight: 2, arbitrary: list.map((list) => ({ list })) });
  }
  return fc.oneof(...choices);
}

/** Sent, null, or left out; and with a default or without. */
function anyVariable(type: GraphQLInputType, hasDefault: boolean, known: Known): fc.Arbitrary<Value> {
  const sent = fc.oneof(
    { weight: 5, arbitrary: anyPlain(type, known) },
    { weight: 1, arbitrary: fc.constantFrom(null, undefined) },
  );
  const fallback = fc.option(anyPlain(type, known), { nil: undefined, freq: 2 });
  return fc.record({ fallback, sent, lenient: fc.boolean() }).map(({ fallback, sent, lenient }) => {
    // It may be null where there is a default: its own, or that of its place.
    const isNullable = fallback != null || (hasDefault && lenient);
    return { variable: { type: String(isNullable ? getNullableType(type) : type), fallback, sent } };
  });
}

function anyPlain(type: GraphQLInputType, known: Known): fc.Arbitrary<Plain> {
  if (!isNonNullType(type))
    return fc.oneof(
      { weight: 8, arbitrary: present(type, known) },
      { weight: 1, arbitrary: fc.constant(null) },
    );
  return present(type.ofType, known);
}

function present(type: GraphQLInputType, known: Known): fc.Arbitrary<Plain> {
  if (isNonNullType(type)) return present(type.ofType, known);
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map(({ name }) => new Enum(name)));
  if (isListType(type)) {
    const item = anyPlain(type.ofType, known);
    return fc.oneof(
      { weight: 4, arbitrary: fc.array(item, { maxLength: 3 }) },
      { weight: 1, arbitrary: item },
    );
  }
  if (!isInputObjectType(type)) return fc.constantFrom(...(known[type.name] ?? ["x"]));
  const places = Object.values(type.getFields());
  const own = within(known, type.name);
  if (!type.isOneOf) return givenFor(places, (place) => anyPlain(place.type, within(own, place.name)));
  return fc.oneof(
    ...places.map((place) => present(place.type, own).map((value) => ({ [place.name]: value }))),
  );
}

function givenFor<Place extends GraphQLArgument | GraphQLInputField, Given>(
  places: readonly Place[],
  given: (place: Place) => fc.Arbitrary<Given>,
): fc.Arbitrary<{ [name: string]: Given }> {
  const entries = places.map((place) => {
    const isNeeded = isNonNullType(place.type) && place.defaultValue === undefined;
    const entry = given(place).map((value): [string, Given][] => [[place.name, value]]);
    return isNeeded
      ? entry
      : fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: entry });
  });
  return fc.tuple(...entries).map((given) => Object.fromEntries(given.flat()));
}
