import { planAnew } from "../filter.ts";
import { limits } from "../limits.ts";
import type { Statement } from "./statement-batch.ts";

/** Packets that are expected to take equally long. */
export interface Kind {
  text: string;
  /** How much they bring along, in powers of two. */
  size: number;
}

/** Milliseconds, by the text and the size. */
const known = new Map<string, number[]>();

/** The longest text stands for all of them: transactions have the rest in common. */
export function kindOf(statements: Statement[]): Kind {
  let [text, size] = ["", 1];
  for (const statement of statements) {
    if (statement.text.length > text.length) text = statement.text;
    for (const value of statement.values ?? []) size += sizeOf(value);
  }
  return { text, size: Math.round(Math.log2(size)) };
}

function sizeOf(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  return typeof value === "string" ? value.length >> 10 : 0;
}

/** Milliseconds that one more of them takes; of what nobody has seen yet, any number. */
export function expected({ text, size }: Kind): number {
  return known.get(text)?.[size] ?? Number.POSITIVE_INFINITY;
}

/**
 * Keeps a mean that falls quickly and rises slowly. Some durations are too long, because the answer lay here unread; what
 * counts is how long PostgreSQL is waited for when there is nothing else to do.
 */
export function noteDuration({ text, size }: Kind, milliseconds: number): void {
  const now = Math.min(milliseconds, longest);
  const durations = known.get(text);
  if (durations) {
    const before = durations[size] ?? now;
    durations[size] = before + (now - before) / (now < before ? 3 : 20);
  } else if (text.length <= limits.preparedCharacters && !text.includes(planAnew)) {
    // Else the values of a filter decide how long it takes.
    if (known.size >= limits.preparedStatements) known.clear();
    const first: number[] = [];
    first[size] = now;
    known.set(text, first);
  }
}

/** One that has had to wait is soon forgotten. */
const longest = 100;
