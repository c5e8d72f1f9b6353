import { authors, few, rareAuthor } from "./rows.ts";

/** Expressions of the row with the number `n`, as `rows.ts` knows it. */
export const id = (n: string) => `lpad(to_hex(${n}), 32, '0')::uuid`;

export const user = (n: string) => id(`1 + ${n} % ${authors}`);

export const moment = (n: string) => `(timestamptz '2026-01-01Z' + (${n}) * interval '61 s')`;

/** Of the row with the number `n`, when there is one for each `every` moments. */
export const created = (n: string, every = 1) => moment(`${n} * ${every}`);

/** Soon after the creation, but for each tenth: that was updated at any time since. */
export const updated = (n: string, count: number, every = 1) =>
  moment(
    `${n} * ${every} + case when ${n} % 10 = 3 then (${count} - ${n}) * ${every} * (hashint4(${n}) & 1023) / 1024 else ${n} % 7 end`,
  );

/** A number below `count` that has nothing to do with when the row was created. */
export const drawn = (n: string, count: number) => `((hashint4(${n}) & 65535) % ${count})`;

const step = (count: number) => Math.floor(count / few);

/** What stands in a column that lists are filtered by. */
export const oneOf = {
  /** Whether the row is one of the few of `count`. */
  rare: (n: string, count: number) => `(${n} % ${step(count)} = 0)`,

  /** `Rare 1` to `Rare 5`, and `Common …` for all others; they stand in the alphabet as it happens. */
  names: (n: string, count: number) =>
    `case when ${n} % ${step(count)} = 0 then 'Rare ' || ${n} / ${step(count)} else 'Common ' || to_hex(hashint4(-${n})) || ' ' || ${n} end`,

  authors: (n: string, count: number) =>
    `case when ${n} % ${step(count)} = 0 then ${id(String(rareAuthor))} else ${id(`1 + ${drawn(n, authors)}`)} end`,

  /** The last of them in no row, the last but one in few, the others in equally many. */
  values: (n: string, count: number, values: (string | null)[]) => {
    const list = values.map((value) => (value === null ? "null" : `'${value}'`));
    return `(array[${list}])[case when ${n} % ${step(count)} = 0 then ${list.length - 1} else 1 + ${drawn(n, list.length - 2)} end]`;
  },
};
