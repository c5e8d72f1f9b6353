import type { Directive, Selection } from "./any-query.ts";
import { Enum, type Plain, type Value } from "./any-value.ts";

export interface Operation {
  query: string;
  variables: { [name: string]: unknown };
}

/** Writes down a query; each field that has arguments with an alias of its own, if that is asked for. */
export function printOperation(selection: Selection[], aliases: boolean): Operation {
  const definitions: string[] = [];
  const fragments: string[] = [];
  const variables: { [name: string]: unknown } = {};
  let count = 0;

  const printValue = (value: Value): string => {
    if ("plain" in value) return printPlain(value.plain);
    if ("list" in value) return `[${value.list.map(printValue).join(", ")}]`;
    if ("fields" in value) return `{${pairs(value.fields, printValue)}}`;
    const { type, fallback, sent } = value.variable;
    const name = `v${definitions.length}`;
    definitions.push(`$${name}: ${type}${fallback === undefined ? "" : ` = ${printPlain(fallback)}`}`);
    if (sent !== undefined) variables[name] = JSON.parse(JSON.stringify(sent));
    return `$${name}`;
  };
  const printDirective = ({ name, value }: Directive) => ` @${name}(if: ${printValue(value)})`;
  const printSet = (set: Selection[]): string => `{ ${set.map(print).join(" ")} }`;
  const print = (selected: Selection): string => {
    count += 1;
    const own = `f${count}`;
    const decided = selected.directives.map(printDirective).join("");
    if ("field" in selected) {
      const { field, given, selection } = selected;
      const isOwn = aliases && (selected.alias !== null || Object.keys(given).length > 0);
      const alias = isOwn ? own : selected.alias;
      const args = Object.keys(given).length > 0 ? `(${pairs(given, printValue)})` : "";
      const inner = selection.length > 0 ? ` ${printSet(selection)}` : "";
      return `${alias ? `${alias}: ` : ""}${field}${args}${decided}${inner}`;
    }
    const { on, named, selection } = selected;
    if (!named || on === null) return `...${on ? ` on ${on}` : ""}${decided} ${printSet(selection)}`;
    fragments.push(`fragment ${own} on ${on} ${printSet(selection)}`);
    return `...${own}${decided}`;
  };

  const set = printSet(selection);
  const header = definitions.length > 0 ? `query (${definitions.join(", ")}) ` : "";
  return { query: [`${header}${set}`, ...fragments].join("\n"), variables };
}

function printPlain(value: Plain): string {
  if (value instanceof Enum) return value.name;
  if (Array.isArray(value)) return `[${value.map(printPlain).join(", ")}]`;
  if (typeof value === "object" && value !== null) return `{${pairs(value, printPlain)}}`;
  return JSON.stringify(value);
}

function pairs<Each>(values: { [name: string]: Each }, print: (value: Each) => string): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}: ${print(value)}`)
    .join(", ");
}
