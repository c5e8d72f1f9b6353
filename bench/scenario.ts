import { generations, type Size } from "./rows.ts";

export const servers = ["limit", "ours", "postgraphile", "tutorial"] as const;
export type ServerName = (typeof servers)[number];

/** How one server is asked for what a scenario wants to know. */
export interface Question {
  /** A GraphQL document, or for `limit` the statement that gives the whole answer as text. */
  text: string;
  /** Variables of the document, or parameters of the statement, of the n-th request. */
  values: (n: number, size: Size) => object;
  /** The data in the form of our schema, where another schema has another one. A method, so that each says what it takes. */
  toOurs?(data: object): unknown;
}

export interface Scenario {
  name: string;
  /** What is asked, in a line of the table. */
  about: string;
  questions: { [server in ServerName]: Question };
  /** Of a scenario that writes: the statement that shows what the request with the number `$1` has written. */
  effect?: string;
  /** How many clients ask at once, when not as many as elsewhere. */
  connections?: number;
  /** Whether each request is a document that no server has ever seen. */
  unseen?: true;
}

/** Scenarios of which each is asked so many times in twenty. */
export interface Mix {
  name: string;
  about: string;
  parts: [Scenario, number][];
}

export interface Request {
  path: string;
  body: string;
}

/** The n-th request of a scenario to a server. */
export function requestOf(scenario: Scenario | Mix, server: ServerName, n: number, size: Size): Request {
  if ("parts" in scenario) return requestOf(partOf(scenario, n), server, n, size);
  const { text, values } = scenario.questions[server];
  if (server === "limit") return { path: pathOf(scenario), body: JSON.stringify(values(n, size)) };
  // An alias makes another plan: a cache that forgets the name of an operation would know the document otherwise.
  const query = scenario.unseen ? text.replace(/\bname\b(?=[^({]*\n)/, `unseen${n}: name`) : text;
  return { path: "/graphql", body: JSON.stringify({ query, variables: values(n, size) }) };
}

/** Whether a server has to do with it: to `limit`, a new document is nothing new. */
export function concerns(scenario: Scenario | Mix, server: ServerName): boolean {
  return !("unseen" in scenario && server === "limit");
}

/** Where `limit` answers it. */
export function pathOf({ name }: Scenario): string {
  return encodeURI(`/${name}`);
}

/** The same scenario with a document of its own for each request. */
export function unseen(scenario: Scenario): Scenario {
  return {
    ...scenario,
    name: `${scenario.name}, unseen`,
    about: `${scenario.about}; a new document each time`,
    unseen: true,
  };
}

function partOf({ parts }: Mix, n: number): Scenario {
  let place = (n * 7) % 20; // spread evenly
  for (const [scenario, share] of parts) {
    if (place < share) return scenario;
    place -= share;
  }
  throw new Error("The parts of a mix have to be twenty.");
}

/** The number of a model whose versions have everything. */
export function aModel(n: number, { filled, versions }: Size): number {
  return pick(n, filled / versions);
}

/** The number of a version that has everything. */
export function aFilledVersion(n: number, { filled }: Size): number {
  return pick(n, filled);
}

/** The number of a version at the end of a line of exports. */
export function aLineage(n: number, { filled }: Size): number {
  return (generations + 1) * pick(n, Math.floor(filled / (generations + 1)));
}

/** The number of any version. */
export function aVersion(n: number, { models, versions }: Size): number {
  return pick(n, models * versions);
}

/** A number from 1 to `count` that jumps about as n counts up. */
function pick(n: number, count: number): number {
  return 1 + ((n * 7_919) % count);
}
