import { registerEnumType } from "type-graphql";

export enum ExperimentStatus {
  WAITING = "WAITING",
  RUNNING = "RUNNING",
  SUCCESS = "SUCCESS",
  FAILED = "FAILED",
  CANCELED = "CANCELED",
  TERMINATED = "TERMINATED",
}

registerEnumType(ExperimentStatus, {
  name: "ExperimentStatus",
  description: "How far an experiment is. From one of the last four it never goes on.",
  valuesConfig: {
    WAITING: { description: "It has not begun. Next comes RUNNING or CANCELED." },
    RUNNING: { description: "It trains. Next comes SUCCESS, FAILED, CANCELED or TERMINATED." },
    SUCCESS: { description: "It came to its end, and is ready to be exported." },
    FAILED: { description: "The training script gave up." },
    CANCELED: { description: "Somebody called it off." },
    TERMINATED: { description: "It was ended from outside, such as by the machine that it ran on." },
  },
});

const { RUNNING, SUCCESS, FAILED, CANCELED, TERMINATED } = ExperimentStatus;

/** What can come after each status; the database holds it too. */
export const nextStatuses: { [from in ExperimentStatus]: ExperimentStatus[] } = {
  WAITING: [RUNNING, CANCELED],
  RUNNING: [SUCCESS, FAILED, CANCELED, TERMINATED],
  SUCCESS: [],
  FAILED: [],
  CANCELED: [],
  TERMINATED: [],
};

/** Whether nothing comes after it. */
export function isEnd(status: ExperimentStatus): boolean {
  return nextStatuses[status].length === 0;
}
