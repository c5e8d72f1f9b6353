import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  visit,
} from "graphql";
import { QueryFailedError } from "typeorm";
import type { Context } from "../context.ts";
import { limits } from "../limits.ts";
import { Unwritable } from "../read-ahead/written.ts";
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

/** The longest pause, so that what can be written again is not missed for long. */
const longestPause = 100;

/**
 * How queries are run that have come before. Compiles what comes often, and forgets what has not come for the longest time when it
 * would be too much.
 */
export class Queries {
  readonly #schema: GraphQLSchema;
  readonly #after: number;
  readonly #report: (defect: Error) => void;
  readonly #documents = new WeakMap<DocumentNode, Ways>();
  /** In the order of their last use. */
  readonly #used = new Map<Way, Compiled>();
  #fields = 0;

  /** @param report is told of defects that no answer shows */
  constructor(schema: GraphQLSchema, after: number, report: (defect: Error) => void) {
    this.#schema = schema;
    this.#after = after;
    this.#report = report;
  }

  /** The answer, when PostgreSQL can write it. */
  async write(asked: Asked, way: Way, context: Context): Promise<ExecutionResult | undefined> {
    const { pause } = way;
    if (way.written === null) return undefined;
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
      const isDefect = error instanceof QueryFailedError;
      if (isDefect) this.#report(error);
      // A request that is refused has nothing to do with those that come after it.
      if (isDefect || error instanceof Unwritable) way.written = null;
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
