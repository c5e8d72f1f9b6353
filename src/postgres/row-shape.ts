import type { Statement } from "./statement-batch.ts";

/** How the driver makes rows of one statement's answers: see its own `Result`. */
export interface RowShape {
  fields: unknown[];
  _parsers: unknown;
  _prebuiltEmptyResultObject: unknown;
}

/** What PostgreSQL has told of the rows of a statement that has been answered; nothing, when it gives none. */
export function shapeOf({ _result }: Statement): RowShape {
  const { fields, _parsers, _prebuiltEmptyResultObject } = _result;
  return { fields, _parsers, _prebuiltEmptyResultObject };
}

/**
 * Tells a statement what its rows will look like, so that PostgreSQL need not be asked: of a prepared statement it refuses
 * to give rows of another shape.
 */
export function expectShape(statement: Statement, shape: RowShape): void {
  Object.assign(statement._result, shape);
  statement._accumulateRows = true;
}
