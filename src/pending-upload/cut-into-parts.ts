import { limits } from "../limits.ts";

/** How a file is cut: all parts are of one size, but for the last one, which has what is left. */
export interface Cut {
  size: number;
  partSize: number;
  partCount: number;
}

const mebibyte = 2 ** 20;

/** Parts of 16 MiB; larger ones, in whole MiB, when there would be too many. */
export function cutIntoParts(size: number): Cut {
  const needed = Math.ceil(size / limits.parts / mebibyte) * mebibyte;
  const partSize = Math.min(size, Math.max(limits.partSize, needed));
  return { size, partSize, partCount: Math.ceil(size / partSize) };
}

export function isPart({ partCount }: Cut, number: number): boolean {
  return Number.isInteger(number) && number >= 1 && number <= partCount;
}

export function sizeOfPart({ size, partSize, partCount }: Cut, number: number): number {
  return number < partCount ? partSize : size - partSize * (partCount - 1);
}
