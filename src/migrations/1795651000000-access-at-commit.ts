import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * Has the database refuse the commit of somebody who has lost access, so that the question and the COMMIT go out together.
 * `hold_access`, which leaves that to whoever asks, stays: versions of the registry that still run call it.
 */
export class AccessAtCommit1795651000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // In plpgsql each statement sees what was committed before it: the second one sees what the lock has waited for.
    await runner.query(`
      create function require_access(organization uuid, member_user uuid, token uuid, roles text[])
      returns void language plpgsql as $$
      declare
        enough boolean;
      begin
        perform pg_advisory_xact_lock_shared(access_lock(organization, member_user));
        select t.role = any(roles) and m.role = any(roles) into enough
        from api_token t join member m on (m.organization_id, m.user_id) = (t.organization_id, t.user_id)
        where t.id = token and m.removed_at is null;
        if enough is null then raise exception 'the token has no access any more' using errcode = 'MR401'; end if;
        if not enough then raise exception 'the token has a lower role now' using errcode = 'MR403'; end if;
      end $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop function require_access");
  }
}
