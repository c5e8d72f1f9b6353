import { Extensions } from "type-graphql";
import type { WriteJson } from "./json.ts";
import type { Look } from "./look.ts";
import type { FieldReads } from "./wanted.ts";

type Arguments = { [name: string]: unknown };

/** A field resolver that gives what a look-up finds: it can be read ahead. */
export function Reads<Args>(
  look: Pick<Look<string, unknown, Args>, "wishes" | "json">,
  options: {
    /** The arguments of the look-up, made of those of the field. */
    args?: (args: never) => Args;
    /** What the resolver uses of the rows that it looks up, where it does not hand them on. */
    columns?: readonly string[];
    /** What the resolver uses of its own row. */
    needs?: readonly string[];
  } = {},
): MethodDecorator {
  const { args = () => undefined as Args, columns, needs = [] } = options;
  const reads: FieldReads = {
    wishes: (given: Arguments, below) => look.wishes(args(given as never), columns ?? below),
    needs,
    ...(!columns && { json: (place, asked, given) => look.json(place, args(given as never), asked) }),
  };
  return Extensions({ reads });
}

/** A field resolver that uses these properties of its row, and reads nothing that could be read ahead. Without it the whole row is read. */
export function Needs<Row>(...needs: (keyof Row & string)[]): MethodDecorator {
  const reads: FieldReads = { needs };
  return Extensions({ reads });
}

/** A field whose JSON PostgreSQL can write: as an expression, which comes to what its resolver gives. */
export function InSql(json: WriteJson): MethodDecorator {
  return Extensions({ json });
}

/** A root field whose resolver hands on what a look-up gives that was told its `info`: so PostgreSQL can write it. */
export function HandsOn(): MethodDecorator {
  return Extensions({ handsOn: true });
}
