import { Field, Int, ObjectType } from "type-graphql";
import type { EntityManager } from "typeorm";
import { ByteSize } from "../scalars.ts";
import { bytes } from "../trash/trash-contents.ts";
import { refuse, UserErrorCode } from "../user-error.ts";
import type { Viewer } from "../viewer/viewer.ts";
import { lockExperiment } from "./edit-experiment.ts";
import { Experiment } from "./experiment.ts";
import { ExperimentStatus } from "./experiment-status.ts";

@ObjectType({ description: "What an experiment has that is nowhere else." })
export class ExperimentContents {
  @Field(() => Int, { description: "Metrics that it has followed." })
  metricCount!: number;

  @Field(() => Int, {
    description:
      "Steps of them that have a value: a version that was exported keeps the last and the best only.",
  })
  pointCount!: number;

  @Field(() => Int, { description: "Artifacts." })
  artifactCount!: number;

  @Field(() => ByteSize, {
    description:
      "Bytes that the storage has again soon after: those of artifacts that no other file has too.",
  })
  freedBytes!: number;
}

/** Takes away an experiment with all that is its own, for ever: what was exported from it has its snapshot. @throws Refusal */
export async function deleteExperiment(
  tx: EntityManager,
  viewer: Viewer,
  uuid: string,
): Promise<ExperimentContents> {
  const { status } = await lockExperiment(tx, viewer, uuid, ["id"], "update");
  if (status === ExperimentStatus.RUNNING) {
    const message = `Expected an experiment that does not run, got one with the status ${status}: end it first.`;
    refuse(UserErrorCode.CONFLICT, ["id"], message);
  }
  const contents = await contentsOf(tx, uuid);
  await tx.query("set local statement_timeout = 0"); // many long series may take their time
  await tx.delete(Experiment, { id: uuid });
  return contents;
}

async function contentsOf(tx: EntityManager, uuid: string): Promise<ExperimentContents> {
  const [contents]: ExperimentContents[] = await tx.query(
    `with metric as (select point_count from experiment_metric where experiment_id = $1),
       held as (select blob_id, count(*) as files from artifact where experiment_id = $1 group by 1)
     select (select count(*) from metric)::int as "metricCount",
       (select coalesce(sum(point_count), 0) from metric)::int as "pointCount",
       (select coalesce(sum(files), 0) from held)::int as "artifactCount",
       (select ${bytes("sum(b.size)")} from held h join blob b on b.id = h.blob_id
        where h.files = (select count(*) from blob_use u where u.blob_id = b.id)) as "freedBytes"`,
    [uuid],
  );
  return contents as ExperimentContents;
}
