import type { Problems } from "./text.ts";
import { refuse, UserErrorCode } from "./user-error.ts";

export const expectedRevisionDescription =
  "The revision that the edit starts from. When somebody else has changed it meanwhile, the edit is refused with the code " +
  "CONFLICT, and the answer holds the object as it is now. Without it, the last edit wins.";

export const dryRunDescription =
  "Tells what would come of it, or why it would be refused, and changes nothing.";

/** @throws Refusal with the code CONFLICT when the edit starts from another revision than today's */
export function expectRevision(current: number, expected: number | null): void {
  if (expected == null || expected === current) return;
  const message = `Expected revision ${current}, which is today's, got ${expected}: read it again, and decide anew.`;
  refuse(UserErrorCode.CONFLICT, ["expectedRevision"], message);
}

/** Who replaces everything says what of, so that nobody's change is lost unseen. */
export function requireRevision(expected: number | null, problems: Problems): void {
  if (expected != null) return;
  const message = "Expected the revision that is replaced, got none.";
  problems.push({ code: UserErrorCode.INVALID, field: ["expectedRevision"], message });
}

/** Whether an edit says anything new: one that does not leaves revision and `updatedAt` as they are. */
export function differs<Row extends object>(row: Row, changes: Partial<Row>): boolean {
  return (Object.keys(changes) as (keyof Row)[]).some((property) => row[property] !== changes[property]);
}
