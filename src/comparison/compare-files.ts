import { Field, ObjectType } from "type-graphql";
import { groupBy } from "../batch.ts";
import type { Blob } from "../blob/blob.ts";
import { ModelFile } from "../model-file/model-file.ts";
import { type Difference, differencesBy, differencesType } from "./differences.ts";

/** What of a file is compared: its name, and its bytes. */
export interface ComparedFile {
  file: Pick<ModelFile, "name">;
  blob: Pick<Blob, "id" | "state" | "sha256">;
}

@ObjectType({
  description:
    "A file that has other bytes in the one version than in the other, or is in one of them only; or two files that have the same " +
    "bytes under different names.",
})
export class ModelFileDifference implements Difference<object> {
  @Field(() => ModelFile, { nullable: true, description: "That of `a`; null when it is not there." })
  a!: ComparedFile["file"] | null;

  @Field(() => ModelFile, { nullable: true, description: "That of `b`; null when it is not there." })
  b!: ComparedFile["file"] | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether they have the same bytes: then their names differ. Null when one is not there, and when the registry does not " +
      "know the bytes of one, because it is VERIFYING or CORRUPT.",
  })
  sameBytes!: boolean | null;
}

export const ModelFileDifferences = differencesType(ModelFileDifference, "files", "names");

/** Compares files by their names; those whose name the other version does not have, by their bytes. */
export function compareFiles(a: readonly ComparedFile[], b: readonly ComparedFile[]): ModelFileDifference[] {
  const byName = differencesBy(a, b, nameOf, (one, other) => sameBytes(one, other) === true);
  const inBoth = byName.filter(({ a, b }) => a && b);
  const [onlyA, onlyB] = [
    byName.flatMap(({ a, b }) => (a && !b ? [a] : [])),
    byName.flatMap(({ a, b }) => (b && !a ? [b] : [])),
  ];
  return [...inBoth, ...pairByBytes(onlyA, onlyB)]
    .sort((one, other) => (firstName(one) < firstName(other) ? -1 : 1))
    .map(({ a, b }) => ({
      ...{ a: a?.file ?? null, b: b?.file ?? null },
      sameBytes: a && b && sameBytes(a, b),
    }));
}

/** Files with the same bytes, one by one; the others stay alone. */
function pairByBytes(a: ComparedFile[], b: ComparedFile[]): Difference<ComparedFile>[] {
  const waiting = groupBy(b, bytesOf);
  const pairs = a.map((file) => ({ a: file, b: waiting.get(bytesOf(file))?.shift() ?? null }));
  return [...pairs, ...[...waiting.values()].flat().map((file) => ({ a: null, b: file }))];
}

/** Null when nobody can tell. */
function sameBytes(one: ComparedFile, other: ComparedFile): boolean | null {
  if (bytesOf(one) === bytesOf(other)) return true;
  return one.blob.state === "READY" && other.blob.state === "READY" ? false : null;
}

/** Bytes that the registry has not read, or not found as they should be, are like nothing but themselves. */
function bytesOf({ blob }: ComparedFile): string {
  return blob.state === "READY" && blob.sha256 ? blob.sha256.toString("hex") : blob.id;
}

function nameOf({ file }: ComparedFile): string {
  return file.name;
}

/** The same for `b` and `a` as for `a` and `b`. */
function firstName({ a, b }: Difference<ComparedFile>): string {
  const [name = ""] = [a, b].flatMap((each) => (each ? [nameOf(each)] : [])).sort();
  return name;
}
