import type { FormattedExecutionResult } from "graphql";
import { Written } from "../read-ahead/written.ts";

/** The text of an answer, in which what PostgreSQL has written stands as it came. */
export function writeAnswer(answer: FormattedExecutionResult): string {
  const { data, ...others } = answer;
  const parts = Object.entries(data ?? {});
  if (!parts.some(([, value]) => value instanceof Written)) return `${JSON.stringify(answer)}\n`;
  const fields = parts.map(
    ([key, value]) =>
      `${JSON.stringify(key)}:${value instanceof Written ? value.json : JSON.stringify(value)}`,
  );
  const rest = JSON.stringify(others).slice(1);
  return `{"data":{${fields.join(",")}}${rest === "}" ? "" : ","}${rest}\n`;
}
