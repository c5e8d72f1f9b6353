import type { EntityManager } from "typeorm";
import { holdModelsAlone } from "../model/hold-model.ts";
import { eachOf, type Step } from "../sweep/step.ts";
import { lockVersionsOf } from "./lock-trashed.ts";
import { purge } from "./purge.ts";

/** The condition on an entry `t` of the trash that its time is over. */
export const expired = (now: string) => `t.purged_at is null and t.purge_at <= ${now}`;

/** Purges what has been in the trash for long enough, each entry in a transaction of its own. */
export const purgeExpired: Step = {
  find: (now) => `select t.id from trash_entry t where ${expired(now)}`,
  sweep: async (db, ids, job) => {
    let entries = 0;
    await eachOf(ids, job, async (id) => {
      entries += await db.transaction((tx) => purgeOne(tx, id, job.now));
    });
    return { entries };
  },
};

/** @returns how many entries were purged: those within it too, and none when it has just been restored, purged or deleted anew. */
async function purgeOne(tx: EntityManager, id: string, now: string): Promise<number> {
  const [entry]: { organizationId: string; modelId: string | null }[] = await tx.query(
    `select t.organization_id as "organizationId",
       case t.kind when 'MODEL' then t.id else v.model_id end as "modelId"
     from trash_entry t left join model_version v on v.id = t.id where t.id = $1`,
    [id],
  );
  if (!entry) return 0;
  const { organizationId, modelId } = entry;
  if (modelId !== null) await holdModelsAlone(tx, organizationId, [modelId]);
  await lockVersionsOf(tx, organizationId, id);
  const [still] = await tx.query(`select from trash_entry t where ${expired(now)} and t.id = $1`, [id]);
  if (!still) return 0;
  await tx.query("set local statement_timeout = 0"); // a model with many long label maps may take its time
  return (await purge(tx, id, null)).entries.length;
}
