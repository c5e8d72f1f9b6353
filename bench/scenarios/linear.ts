import type { Scenario, ServerName } from "../scenario.ts";
import { firstScreen } from "./first-screen.ts";

/** The cards of so many versions in one answer: of a tenth as many models. */
function cards(versions: number): Scenario {
  const models = versions / 10;
  const question = (server: ServerName, parameter: string, argument: string) => {
    const { text, ...question } = firstScreen.questions[server];
    const values = server === "limit" ? () => [models] : () => ({ models });
    return {
      ...question,
      text: text.replace(/^query /, "query ($models: Int!) ").replace(parameter, argument),
      values,
    };
  };
  return {
    name: `${versions} versions`,
    about: `The cards of ${versions} versions in one answer`,
    connections: 2,
    questions: {
      limit: question("limit", "limit 20", "limit $2"),
      ours: question("ours", "first: 20", "first: $models"),
      tutorial: question("tutorial", "first: 20", "first: $models"),
      postgraphile: question("postgraphile", "first: 20", "first: $models"),
    },
  };
}

/** What an answer costs must grow as it does, and no faster. */
export const linear = new Map([10, 100, 1_000].map((versions) => [versions, cards(versions)]));
