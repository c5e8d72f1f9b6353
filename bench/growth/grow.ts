import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildSchema } from "graphql";
import { groupBy } from "../../src/batch.ts";
import { round } from "../results.ts";
import type { Size } from "../rows.ts";
import type { Scenario } from "../scenario.ts";
import { exactFields } from "../scenarios/exact-fields.ts";
import { overview } from "../scenarios/overview.ts";
import type { RunningServer } from "../servers.ts";
import { Asker } from "./ask.ts";
import { openExplainer } from "./explain.ts";
import { deepRow, listQuestions, type Question } from "./questions.ts";

/** Two registries, of which one is larger. */
export interface Registry {
  size: Size;
  url: string;
  token: string;
  server: RunningServer;
}

/** What a question takes in each, in milliseconds: the quickest of several answers, since only more work makes that slower. */
export interface Growth {
  list: string;
  where: string;
  page: string;
  small: number;
  large: number;
  ratio: number;
  indexes: string[];
}

/** How often a question is asked in each; and how often more, when it seems to take too long in the large one. */
const [asked, askedAgain] = [4, 24];

/** What must not be exceeded. */
export const goal = 1.5;

/** Milliseconds after which a question is not asked as often. */
const slow = 100;

export async function measureGrowth(
  small: Registry,
  large: Registry,
  { lists }: { lists: string[] | undefined },
): Promise<Growth[]> {
  const explainer = await openExplainer(large.url, large.token);
  const askers = [small, large].map(({ server, token }) => new Asker(server.url, token));
  const grown: Growth[] = [];
  try {
    for (const question of questions().filter(({ list }) => lists?.includes(list) ?? true)) {
      const measured = await measure(question, [small, large], askers);
      if (!measured) continue;
      const { list, where, page } = question;
      const indexes = await explainer.indexesOf(measured.body);
      const [one = 0, other = 0] = measured.times;
      const figures = { small: round(one, 3), large: round(other, 3), ratio: round(other / one, 3) };
      grown.push({ list, where, page, ...figures, indexes });
    }
  } finally {
    for (const asker of askers) asker.end();
    await explainer.end();
  }
  return grown;
}

function questions(): Question[] {
  // The tables of the API, as it is published: the registry has another copy of graphql, whose schema this one cannot read.
  const schema = buildSchema(readFileSync(join(import.meta.dirname, "../../schema.graphql"), "utf8"));
  return [...[overview, exactFields].map(scenarioAsQuestion), ...listQuestions(schema)];
}

function scenarioAsQuestion(scenario: Scenario): Question {
  const { text, values } = scenario.questions.ours;
  return { list: scenario.name, where: "–", page: "–", query: text, variables: (size) => values(1, size) };
}

/** @returns null when the registry refuses the question: to ask of something whether it is null, where it cannot be */
async function measure(question: Question, registries: Registry[], askers: Asker[]) {
  const asks = await Promise.all(
    registries.map(async ({ size }, index) => {
      const asker = askers[index] as Asker;
      const variables = { ...question.variables(size), ...(await cursorOf(question, size, asker)) };
      const body = JSON.stringify({ query: question.query, variables });
      const { text } = await asker.ask(body);
      if (text.includes("Expected a value for eq, got null")) return null;
      if (text.includes('"errors"'))
        throw new Error(`${question.list}, ${question.where}: ${text.slice(0, 500)}`);
      return { body, asker, times: [] as number[] };
    }),
  );
  const [small, large] = asks;
  if (!small || !large) return null;
  const once = async () => {
    for (const { asker, body, times } of [small, large]) times.push((await asker.ask(body)).time);
  };
  const least = () => [small, large].map(({ times }) => Math.min(...times)) as [number, number];
  for (let turn = 0; turn < asked; turn += 1) {
    await once();
    if (turn > 0 && least()[1] > slow) break;
  }
  for (let turn = 0; turn < askedAgain && least()[1] < slow; turn += 1) {
    if (least()[1] <= goal * 0.95 * least()[0]) break;
    await once();
  }
  return { body: large.body, times: least() };
}

async function cursorOf({ from, query, variables }: Question, size: Size, asker: Asker): Promise<object> {
  if (!from) return {};
  const { text } = await asker.ask(
    JSON.stringify({ query, variables: { ...variables(size), ...deepRow(size) } }),
  );
  return { [from]: JSON.parse(text).data.list.edges[0].cursor };
}

/** Of each filter: in how many questions it was asked, how many took too long, and the one that suffered most. */
export function perFilter(growth: Growth[]) {
  const groups = groupBy(growth, ({ list, where }) => `${list} ${where}`);
  return [...groups.values()].map((group) => {
    const worst = group.reduce((a, b) => (a.ratio < b.ratio ? b : a));
    const { list, where, page, small, large, ratio, indexes } = worst;
    const over = group.filter(({ ratio }) => ratio > goal).length;
    return {
      list,
      where,
      questions: group.length,
      over,
      page,
      small,
      large,
      ratio,
      indexes: indexes.join(" "),
    };
  });
}
