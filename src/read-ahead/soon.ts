/** What is there, or will be: what was read ahead makes no promise, of which a large answer would need thousands. */
export type Soon<Value> = Value | Promise<Value>;

export function then<Value, Result>(value: Soon<Value>, next: (value: Value) => Result): Soon<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}
