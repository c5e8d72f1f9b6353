import type { DataSource } from "typeorm";
import { idle } from "../blob/sweep-blobs.ts";
import { expired } from "../trash/purge-expired.ts";
import { moment, type Swept } from "./step.ts";

/** Tells what a sweep would do, and changes nothing. */
export async function foresee(db: DataSource, date?: Date): Promise<Swept> {
  const now = moment(date);
  return db.transaction(async (tx) => {
    await tx.query("set local statement_timeout = 0"); // it looks at everything that is going at once
    const [swept]: Swept[] = await tx.query(
      `with entry as (select t.id from trash_entry t where ${expired(now)}),
       purged as (select v.id from model_version v join entry e on e.id = v.trash_entry_id),
       given_up as (
         select id, blob_id from pending_upload
         where expires_at <= ${now} and not exists (select from purged v where v.id = model_version_id)
       ),
       going as (
         select id, blob_id from model_file where trash_entry_id in (select id from entry)
         union select id, blob_id from model_file where model_version_id in (select id from purged)
         union select id, blob_id from pending_upload where model_version_id in (select id from purged)
         union select id, blob_id from given_up
       ),
       candidate as (
         select blob_id from going union select blob_id from blob_release
         union select id from blob where state in ('STAGED', 'DOOMED')
       ),
       removed as (
         select r.size from blob r join candidate c on c.blob_id = r.id
         where r.state = 'DOOMED' or ${idle(now)} and not exists (
           select from blob_use u where u.blob_id = r.id and u.used_by_id not in (select id from going)
         )
       )
       select (select count(*) from entry) as entries, (select count(*) from given_up) as uploads,
         count(*) as blobs, coalesce(sum(size), 0)::bigint as bytes from removed`,
    );
    if (!swept) throw new Error("An aggregate without a row.");
    return swept;
  });
}
