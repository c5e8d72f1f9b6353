import { Field, Int, ObjectType } from "type-graphql";
import { limits } from "../limits.ts";

/** What two versions have in one place, where it is not the same; null where one of them has nothing there. */
export interface Difference<Value> {
  a: Value | null;
  b: Value | null;
}

/** The differences of one section: all are counted, the first are shown. */
export interface Differences<Shown> {
  addedCount: number;
  removedCount: number;
  changedCount: number;
  differences: Shown[];
}

/** What differs between two values of one field; null when they are the same. */
export function difference<Value>(a: Value, b: Value): { a: Value; b: Value } | null {
  return a === b ? null : { a, b };
}

/** Compares two lists key by key, in the order of the keys, which are unique in each. */
export function differencesBy<Value, Key extends string | number>(
  a: readonly Value[],
  b: readonly Value[],
  keyOf: (value: Value) => Key,
  isSame: (a: Value, b: Value) => boolean,
): (Difference<Value> & { key: Key })[] {
  const [inA, inB] = [
    new Map(a.map((each) => [keyOf(each), each])),
    new Map(b.map((each) => [keyOf(each), each])),
  ];
  const keys = [...new Set([...inA.keys(), ...inB.keys()])].sort((one, other) => (one < other ? -1 : 1));
  return keys.flatMap((key) => {
    const [one, other] = [inA.get(key) ?? null, inB.get(key) ?? null];
    return one !== null && other !== null && isSame(one, other) ? [] : [{ key, a: one, b: other }];
  });
}

export function countDifferences<Shown extends Difference<unknown>>(all: Shown[]): Differences<Shown> {
  const removedCount = all.filter(({ b }) => b === null).length;
  const addedCount = all.filter(({ a }) => a === null).length;
  return {
    ...{ addedCount, removedCount, changedCount: all.length - addedCount - removedCount },
    differences: all.slice(0, limits.differences),
  };
}

/**
 * Declares `XDifferences`, the type of what differs in one section.
 *
 * @param noun what is compared, in the plural; `key` is what it is compared by.
 */
export function differencesType(type: abstract new () => object, noun: string, key: string) {
  @ObjectType(`${type.name}s`, { description: `How the ${noun} of two versions differ.` })
  class DifferencesOfSection {
    @Field(() => Int, { description: `How many ${noun} \`b\` has and \`a\` has not.` })
    addedCount!: number;

    @Field(() => Int, { description: `How many ${noun} \`a\` has and \`b\` has not.` })
    removedCount!: number;

    @Field(() => Int, { description: `How many ${noun} both have and are not the same.` })
    changedCount!: number;

    @Field(() => [type], {
      description: `What differs, in the order of the ${key}; the first ${limits.differences}.`,
    })
    differences!: object[];
  }
  return DifferencesOfSection;
}
