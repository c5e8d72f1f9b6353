import type { EntityManager } from "typeorm";
import { holdModelNames } from "../model/hold-model.ts";
import { differs } from "../revision.ts";
import { type Problems, readDescription, readName, readUrl } from "../text.ts";
import { Refusal, refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { editExperiment } from "./edit-experiment.ts";
import type { UpdateExperimentInput } from "./experiment.input.ts";
import { Experiment } from "./experiment.ts";
import { ExperimentStatus, isEnd, nextStatuses } from "./experiment-status.ts";

/** Edits what is said of an experiment; also of one that is over, because then one knows what was learned. @throws Refusal */
export async function updateExperiment(
  tx: EntityManager,
  viewer: Viewer,
  experimentUuid: string,
  input: UpdateExperimentInput,
  expectedRevision: number | null,
): Promise<void> {
  const changes = readInput(input);
  if (changes.name !== undefined || changes.projectName !== undefined) await holdModelNames(tx, viewer);
  await editExperiment(
    tx,
    viewer,
    { experimentUuid, section: "about", expectedRevision },
    async (experiment) => {
      if (!differs(experiment, changes)) return { changed: false };
      await tx.update(Experiment, { id: experimentUuid }, changes);
      return { changed: true };
    },
  );
}

function readInput({ name, description, projectName, url }: UpdateExperimentInput): Partial<Experiment> {
  const problems: Problems = [];
  const changes: Partial<Experiment> = {};
  if (name !== undefined) changes.name = readName(name, ["input", "name"], problems);
  if (description !== undefined)
    changes.description = readDescription(description, ["input", "description"], problems);
  if (projectName !== undefined)
    changes.projectName =
      projectName === null ? null : readName(projectName, ["input", "projectName"], problems);
  if (url !== undefined) changes.url = readUrl(url, ["input", "url"], problems);
  if (problems.length > 0) throw new Refusal(problems);
  return changes;
}

/** Moves an experiment on; the status that it has already is no change, so that a retry does no harm. @throws Refusal */
export async function setExperimentStatus(
  tx: EntityManager,
  viewer: Viewer,
  experimentUuid: string,
  status: ExperimentStatus,
): Promise<void> {
  const edit = { experimentUuid, section: null, expectedRevision: null };
  await editExperiment(tx, viewer, edit, async (experiment) => {
    if (experiment.status === status) return { changed: false };
    requireNext(experiment.status, status);
    const now = () => "clock_timestamp()";
    const started = status === ExperimentStatus.RUNNING ? { startedAt: now } : {};
    const ended = isEnd(status) ? { endedAt: now } : {};
    await tx.update(Experiment, { id: experimentUuid }, { status, ...started, ...ended });
    return { changed: true };
  });
}

function requireNext(from: ExperimentStatus, to: ExperimentStatus): void {
  const next = nextStatuses[from];
  if (next.includes(to)) return;
  const expected = next.length > 0 ? next.join(" or ") : "none";
  refuse(
    UserErrorCode.CONFLICT,
    ["status"],
    `Expected what comes after ${from}, which is ${expected}; got ${to}.`,
  );
}
