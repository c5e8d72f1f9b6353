import { ArgsType, Field, Int, registerEnumType } from "type-graphql";
import { limits } from "../limits.ts";
import { refuse, UserErrorCode } from "../user-error.ts";

export enum Direction {
  ASC = "ASC",
  DESC = "DESC",
}

registerEnumType(Direction, {
  name: "OrderDirection",
  description: "Which end of an order comes first.",
  valuesConfig: {
    ASC: { description: "Smallest, oldest, A first." },
    DESC: { description: "Largest, newest, Z first." },
  },
});

/** Either `first` (with `after`) or `last` (with `before`), as in Relay's cursor connections. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: `How many from the start, 0 to ${limits.page}; ${limits.defaultPage} when neither first nor last is given.`,
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: "Only what comes after this cursor." })
  after?: string | null;

  @Field(() => Int, { nullable: true, description: `How many from the end, 0 to ${limits.page}.` })
  last?: number | null;

  @Field(() => String, { nullable: true, description: "Only what comes before this cursor." })
  before?: string | null;
}

/** How many objects a page holds at most. @throws Refusal when `first` and `last` do not fit. */
export function pageSize({ first, last }: PageArgs): number {
  if (first != null && last != null)
    refuse(UserErrorCode.INVALID, ["last"], "Expected first or last, got both.");
  const [name, size] = last == null ? ["first", first ?? limits.defaultPage] : ["last", last];
  if (Number(size) >= 0 && Number(size) <= limits.page) return Number(size);
  refuse(UserErrorCode.INVALID, [String(name)], `Expected ${name} from 0 to ${limits.page}, got ${size}.`);
}
