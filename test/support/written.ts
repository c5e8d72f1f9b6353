import { expect } from "@jest/globals";
import { type Registry, statementsOf } from "./registry.ts";
import { type Answer, type Data, sender } from "./send.ts";
import { aServer } from "./test-server.ts";

/** Fields that PostgreSQL cannot write: a resolver makes them, and then all that is selected beside them. */
export const byResolvers = [
  "ModelVersion.labelMapDivergence",
  "ModelVersion.pendingUploads",
  "Experiment.pendingUploads",
  "Member.viewerPermissions",
  "Experiment.labelMapWarnings",
  "Experiment.metrics",
  "ExperimentBase.modelVersion",
  "ModelFile.downloadUrl",
  "Artifact.downloadUrl",
  "ModelFile.storageConnector",
  "Artifact.storageConnector",
];

/** Those that it writes for one object, and not for each of a list. */
export const ofOneOnly = ["ModelVersion.ancestors", "ModelVersion.descendants"];

const publicUrl = "https://registry.example.com";

export interface Told {
  answer: Answer["body"];
  status: number;
  /** Whether the answer is all that was asked of PostgreSQL. */
  isWritten: boolean;
  statements: number;
}

/** Asks a server whose answers PostgreSQL writes where it can, and has it compared with one that reads field by field. */
export async function bothWays(registry: Registry, config: Parameters<typeof aServer>[1] = {}) {
  const plain = await aServer(registry.db, { publicUrl, compile: false, readAhead: false });
  const writing = await aServer(registry.db, {
    ...{ publicUrl, compile: true, readAhead: true, writeJson: true },
    ...config,
  });
  return async (token: string, query: string, variables: object = {}): Promise<Told> => {
    const expected = await sender(`${plain.address}/graphql`, token)(query, variables);
    const send = sender(`${writing.address}/graphql`, token);
    let got = expected;
    const sent = await statementsOf(async () => {
      got = await send(query, variables);
    });
    expect(timeless(got.body)).toEqual(timeless(expected.body));
    // The order of the fields too.
    expect(JSON.stringify(timeless(got.body.data))).toBe(JSON.stringify(timeless(expected.body.data)));
    expect(got.status).toBe(expected.status);
    const isWritten = sent.length > 0 && sent.every((statement) => statement.includes("::text as read"));
    return { answer: got.body, status: got.status, isWritten, statements: sent.length };
  };
}

/** An answer without what each has of its own: the number of the request, and for how long a URL is good. */
export function timeless(answer: Data): Data {
  if (answer === undefined) return answer;
  return revived(answer);
}

function revived(value: Data): Data {
  if (typeof value === "string") return value.replace(/\?.*expires.*/, "");
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(revived);
  const kept = Object.entries(value).filter(([key]) => key !== "requestId");
  return Object.fromEntries(kept.map(([key, each]) => [key, revived(each)]));
}
