import { eachOf, type Step } from "../sweep/step.ts";

/** Gives up uploads in parts that were not completed in time; their bytes are then nobody's. */
export const expireUploads: Step = {
  find: (now) => `select id from pending_upload where expires_at <= ${now}`,
  sweep: async (db, ids, job) => {
    let uploads = 0;
    await eachOf(ids, job, async (id) => {
      const [, deleted]: [unknown, number] = await db.query(
        `delete from pending_upload where id = $1 and expires_at <= ${job.now}`,
        [id],
      );
      uploads += deleted;
    });
    return { uploads };
  },
};
