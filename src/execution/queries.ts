import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  visit,
} from "graphql";
import type { Context } from "../context.ts";
import { translateDatabaseError } from "../database-error.ts";
import { limits } from "../limits.ts";
import { areLong } from "../read-ahead/selection.ts";
import { Unwritable } from "../read-ahead/written.ts";
import { Refusal } from "../user-error.ts";
import { type Compiled, compile } from "./compile.ts";
import type { Variables } from "./variables.ts";
import { type WrittenQuery, writeQuery } from "./write.ts";

/** How one operation is run, for one set of what `@skip` and `@include` say in it. */
export interface Way {
  /** How often it has been asked for. */
  asked: number;
  /** Null when graphql-js has to run it. */
  compiled?: Compiled | null;
  /** Null when PostgreSQL cannot write its answer. */
  written?: WrittenQuery | null;
  /** How often it is not tried to have the answer written, since the last times could not be. */
  pause: { next: number; left: number };
}

/** The ways of a document; they are known for as long as Apollo keeps it. */
interface Ways {
  /** The variables of `@skip` and `@include`. */
  deciding: string[];
  known: Map<string, Way>;
}

export interface Asked {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Variables;
}

/** Is told of a defect that no answer shows, since resolvers make it. */
export type Report = (defect: unknown, asked: Asked, context: Context) => void;

/** The longest pause, so that what can be written again is not missed for long. */
const longestPause = 100;

/**
 * How queries are run that have come before. Compiles what comes often, and forgets what has not come for the longest time when it
 * would be too much.
 */
export class Queries {
  readonly #schema: GraphQLSchema;
  readonly #after: number;
  readonly #report: Report;
  readonly #documents = new WeakMap<DocumentNode, Ways>();
  /** In the order of their last use. */
  readonly #used = new Map<Way, Compiled>();
  #fields = 0;

  constructor(schema: GraphQLSchema, after: number, report: Report) {
    this.#schema = schema;
    this.#after = after;
    this.#report = report;
  }

  /** The answer, when PostgreSQL can write it. */
  async write(asked: Asked, way: Way, context: Context): Promise<ExecutionResult | undefined> {
    const { pause } = way;
    if (way.written === null || areLong(asked.variables)) return undefined;
    if (pause.left > 0) {
      pause.left -= 1;
      return undefined;
    }
    try {
      way.written ??= writeQuery(this.#schema, asked.document, asked.operation, asked.variables);
      const answer = await way.written.run(asked.variables, context);
      pause.next = answer ? 0 : Math.min(longestPause, 2 * pause.next + 1);
      pause.left = pause.next;
      return answer;
    } catch (error) {
      if (error instanceof Unwritable) way.written = null;
      // A request that is refused has nothing to do with those that come after it.
      else if (isDefect(error)) {
        pause.next = longestPause; // it may be over by then, such as a migration that is under way elsewhere
        pause.left = pause.next;
        this.#report(error, asked, context);
      }
      return undefined;
    }
  }

  /** The query, when it is compiled. */
  find(asked: Asked, way: Way): Compiled | null {
    way.asked += 1;
    if (way.asked <= this.#after) return null;
    const compiled = way.compiled === undefined ? this.#compile(asked) : way.compiled;
    way.compiled = compiled;
    if (compiled) this.#use(way, compiled);
    return compiled;
  }

  wayOf({ document, operation, variables }: Asked): Way {
    const ways = this.#documents.get(document) ?? waysOf(document);
    this.#documents.set(document, ways);
    const name = JSON.stringify([operation.name?.value, ...ways.deciding.map((each) => variables[each])]);
    const way = ways.known.get(name) ?? { asked: 0, pause: { next: 0, left: 0 } };
    if (ways.known.size < limits.compiledWays) ways.known.set(name, way);
    return way;
  }

  #compile({ document, operation, variables }: Asked): Compiled | null {
    try {
      return compile(this.#schema, document, operation, variables);
    } catch {
      return null;
    }
  }

  #use(way: Way, compiled: Compiled): void {
    if (!this.#used.delete(way)) this.#fields += compiled.fields;
    this.#used.set(way, compiled);
    for (const [oldest, { fields }] of this.#used) {
      if (this.#fields <= limits.compiledFieldsInAll) return;
      this.#used.delete(oldest);
      this.#fields -= fields;
      oldest.asked = 0;
      oldest.compiled = undefined;
    }
  }
}

function isDefect(error: unknown): boolean {
  const told = translateDatabaseError(error);
  return !(told instanceof GraphQLError || told instanceof Refusal);
}

function waysOf(document: DocumentNode): Ways {
  const deciding = new Set<string>();
  visit(document, {
    Directive(directive) {
      for (const { value } of directive.arguments ?? [])
        if (value.kind === Kind.VARIABLE) deciding.add(value.name.value);
    },
  });
  return { deciding: [...deciding], known: new Map() };
}
