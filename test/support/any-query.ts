import fc from "fast-check";
import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isUnionType,
  parse,
  validate,
} from "graphql";
import { anyGiven, type Known, type Value } from "./any-value.ts";
import { type Operation, printOperation } from "./print-query.ts";

export interface Directive {
  name: "skip" | "include";
  value: Value;
}

/** A part of a selection: a field, or a fragment, which stands where it is used or by itself. */
export type Selection = { directives: Directive[]; selection: Selection[] } & (
  | { field: string; alias: string | null; given: { [name: string]: Value } }
  | { on: string | null; named: boolean }
);

/**
 * Queries of a schema, most of them valid, with fields in `depth` levels.
 *
 * @param isUsed whether a field, such as `Model.name`, may be selected
 */
export function anyQuery(
  schema: GraphQLSchema,
  known: Known,
  depth: number,
  isUsed: (field: string) => boolean = () => true,
): fc.Arbitrary<Operation> {
  const query = schema.getQueryType();
  if (!query) throw new Error("Expected a schema with queries.");
  return new Selections(schema, known, isUsed).of(query, depth).map((selection) => {
    const operation = printOperation(selection, false);
    if (validate(schema, parse(operation.query)).length === 0) return operation;
    return printOperation(selection, true); // so that no two fields get in each other's way
  });
}

const flag = fc.boolean().map((plain): Value => ({ plain }));
const deciding = fc
  .record({
    fallback: fc.constantFrom(true, false, undefined),
    sent: fc.constantFrom(true, false, true, false, true, false, undefined, null),
  })
  .map(({ fallback, sent }): Value => {
    if (fallback === undefined) return { variable: { type: "Boolean!", fallback, sent: sent ?? true } };
    return { variable: { type: "Boolean", fallback, sent } };
  });
const directive: fc.Arbitrary<Directive> = fc.record({
  name: fc.constantFrom("skip", "include"),
  value: fc.oneof(flag, deciding),
});
const directives = fc.oneof<fc.MaybeWeightedArbitrary<Directive[]>[]>(
  { weight: 9, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.uniqueArray(directive, { selector: ({ name }) => name, maxLength: 2 }) },
);

class Selections {
  readonly #made = new Map<string, fc.Arbitrary<Selection[]>>();

  constructor(
    readonly schema: GraphQLSchema,
    readonly known: Known,
    readonly isUsed: (field: string) => boolean,
  ) {}

  of(type: GraphQLCompositeType, depth: number): fc.Arbitrary<Selection[]> {
    const name = `${type.name} ${depth}`;
    const made = this.#made.get(name) ?? this.#make(type, depth);
    this.#made.set(name, made);
    return made;
  }

  #make(type: GraphQLCompositeType, depth: number): fc.Arbitrary<Selection[]> {
    const all = isUnionType(type) ? [] : Object.values(type.getFields());
    const fields = all.filter(({ name }) => this.isUsed(`${type.name}.${name}`));
    const isDeep = (field: GraphQLField<unknown, unknown>) => isCompositeType(getNamedType(field.type));
    const choices: fc.WeightedArbitrary<Selection>[] = [
      {
        weight: 1,
        arbitrary: fc.record({ ...this.#field("__typename"), selection: fc.constant<Selection[]>([]) }),
      },
    ];
    for (const field of fields) {
      const inner = getNamedType(field.type);
      if (isDeep(field) && depth <= 1) continue;
      const selection = isCompositeType(inner) ? this.of(inner, depth - 1) : fc.constant<Selection[]>([]);
      choices.push({ weight: 1, arbitrary: fc.record({ ...this.#field(field.name, field), selection }) });
    }
    if (depth > 1) {
      const weight = Math.ceil(choices.length / (isAbstractType(type) ? 0.5 : 6));
      choices.push({ weight, arbitrary: this.#fragment(type, depth) });
    }
    return fc.array(fc.oneof(...choices), { minLength: 1, maxLength: depth > 3 ? 4 : 3 });
  }

  #field(name: string, field?: GraphQLField<unknown, unknown>) {
    return {
      field: fc.constant(name),
      alias: fc.constantFrom(null, null, null, null, null, null, null, null, "a", "b", "o", "a_b", "b_a"),
      given: field ? anyGiven(field.args, this.known) : fc.constant({}),
      directives,
    };
  }

  /** On the type itself, or on one that an object of it can be too. */
  #fragment(type: GraphQLCompositeType, depth: number): fc.Arbitrary<Selection> {
    const interfaces = isUnionType(type) ? [] : type.getInterfaces();
    const others = isAbstractType(type) ? this.schema.getPossibleTypes(type) : interfaces;
    return fc.oneof(
      ...[null, type, ...others].map((on) =>
        fc.record({
          ...{ on: fc.constant(on?.name ?? null), named: fc.boolean(), directives },
          selection: this.of(on ?? type, depth - 1),
        }),
      ),
    );
  }
}
