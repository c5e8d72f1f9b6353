import { Failure } from "./failure.ts";

interface Steps {
  find: () => Promise<string | null>;
  /** Gives null when the name is taken. */
  create: () => Promise<string | null>;
}

/** Looks first, since a registry forgets idempotency keys; and once more when another run was faster. @returns the id */
export async function ensure(what: string, { find, create }: Steps): Promise<string> {
  const found = await find();
  const created = found === null ? await create() : null;
  const id = found ?? created ?? (await find());
  if (id === null) throw new Failure(`${what}: was deleted while the demo ran; run it again.`);
  console.log(`  ${created === null ? "already there" : "created      "}  ${what}`);
  return id;
}
