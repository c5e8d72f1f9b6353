import type { MigrationInterface, QueryRunner } from "typeorm";

/** Members, invitations, and tokens with a role of their own; the last owner cannot go. */
export class People1795520000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table user_account
        drop constraint user_email_taken,
        alter column email drop not null`);
    await runner.query("update user_account set email = lower(email)");
    await runner.query(`
      alter table user_account
        add constraint user_email_lower check (email = lower(email)),
        add constraint user_with_email unique (id, email)`);

    await runner.query("alter table membership rename to member");
    for (const name of ["role", "pkey", "organization_id_fkey", "user_id_fkey"])
      await runner.query(`alter table member rename constraint membership_${name} to member_${name}`);
    await runner.query(`
      alter table member
        add id uuid not null default gen_random_uuid() constraint member_id_taken unique,
        add email text,
        add removed_at timestamptz(3),
        add removed_by_id uuid`);
    await runner.query("alter table member alter id drop default");
    await runner.query("update member set email = u.email from user_account u where u.id = user_id");
    await runner.query(`
      alter table member
        add constraint member_owner_is_person check (role <> 'OWNER' or email is not null),
        add constraint member_user_id_email_fkey
          foreign key (user_id, email) references user_account (id, email),
        add constraint member_organization_id_removed_by_id_fkey
          foreign key (organization_id, removed_by_id) references member (organization_id, user_id)`);
    await runner.query(
      "create unique index member_email_taken on member (organization_id, email) where removed_at is null",
    );
    await runner.query("create index member_by_creation on member (organization_id, created_at, id)");

    await runner.query("alter table api_token rename lookup to prefix");
    await runner.query(`
      alter table api_token
        drop constraint api_token_lookup_taken,
        add constraint api_token_digest_taken unique (digest),
        add constraint api_token_of_organization unique (organization_id, id),
        add role text,
        add created_by_id uuid,
        add last_used_at timestamptz(3)`);
    await runner.query(`
      update api_token t set prefix = 'mreg_' || t.prefix, created_by_id = t.user_id, role = m.role
      from member m where (m.organization_id, m.user_id) = (t.organization_id, t.user_id)`);
    await runner.query(`
      alter table api_token
        alter role set not null,
        alter created_by_id set not null,
        add constraint api_token_role check (role in ('VIEWER', 'EDITOR', 'ADMIN', 'OWNER')),
        add constraint api_token_organization_id_created_by_id_fkey
          foreign key (organization_id, created_by_id) references member (organization_id, user_id)`);
    await runner.query("create index api_token_by_creation on api_token (organization_id, created_at, id)");
    await runner.query(
      "create index api_token_of_user on api_token (organization_id, user_id, created_at, id)",
    );

    await runner.query(`
      create table invitation (
        id uuid constraint invitation_pkey primary key,
        organization_id uuid not null,
        email text not null constraint invitation_email_lower check (email = lower(email)),
        role text not null constraint invitation_role check (role in ('VIEWER', 'EDITOR', 'ADMIN', 'OWNER')),
        digest bytea not null constraint invitation_digest_taken unique,
        created_by_id uuid not null,
        api_token_id uuid not null,
        created_at timestamptz(3) not null default clock_timestamp(),
        expires_at timestamptz(3) not null,
        constraint invitation_email_taken unique (organization_id, email),
        constraint invitation_organization_id_created_by_id_fkey
          foreign key (organization_id, created_by_id) references member (organization_id, user_id),
        constraint invitation_organization_id_api_token_id_fkey
          foreign key (organization_id, api_token_id) references api_token (organization_id, id) on delete cascade
      )`);
    await runner.query("create index invitation_by_creation on invitation (organization_id, created_at, id)");
    await runner.query("create index invitation_by_token on invitation (api_token_id)");

    // The row of the organization is locked first, so that of two owners who go at once the second one sees the first gone.
    await runner.query(`
      create function require_owner() returns trigger language plpgsql as $$
      declare
        organization uuid;
      begin
        if tg_table_name = 'organization' then organization := new.id; else organization := old.organization_id; end if;
        perform from organization o where o.id = organization for no key update;
        if not exists (select from member where organization_id = organization and role = 'OWNER' and removed_at is null) then
          raise exception 'an organization needs an owner'
            using errcode = 'check_violation', constraint = 'organization_keeps_an_owner';
        end if;
        return null;
      end $$`);
    await runner.query(`
      create trigger owner_gone after update or delete on member
      for each row when (old.role = 'OWNER' and old.removed_at is null) execute function require_owner()`);
    await runner.query(`
      create constraint trigger organization_owned after insert on organization
      deferrable initially deferred for each row execute function require_owner()`);

    // Shared by the commits of what a member does, exclusive for whatever changes the access of that member.
    await runner.query(`
      create function access_lock(organization uuid, member_user uuid) returns bigint language sql immutable as $$
        select hashtextextended(organization::text || member_user::text, 0)
      $$`);
    // In plpgsql each statement sees what was committed before it: the second one sees what the lock has waited for.
    await runner.query(`
      create function hold_access(organization uuid, member_user uuid, token uuid)
      returns table (token_role text, member_role text) language plpgsql as $$
      begin
        perform pg_advisory_xact_lock_shared(access_lock(organization, member_user));
        return query select t.role, m.role
          from api_token t join member m on (m.organization_id, m.user_id) = (t.organization_id, t.user_id)
          where t.id = token and m.removed_at is null;
      end $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("drop function hold_access, access_lock");
    await runner.query("drop trigger organization_owned on organization");
    await runner.query("drop trigger owner_gone on member");
    await runner.query("drop function require_owner");
    await runner.query("drop table invitation");
    await runner.query("drop index api_token_of_user, api_token_by_creation");
    await runner.query(`
      alter table api_token
        drop constraint api_token_digest_taken,
        drop constraint api_token_of_organization,
        drop column role,
        drop column created_by_id,
        drop column last_used_at`);
    await runner.query("update api_token set prefix = substr(prefix, length('mreg_') + 1)");
    await runner.query("alter table api_token rename prefix to lookup");
    await runner.query("alter table api_token add constraint api_token_lookup_taken unique (lookup)");
    await runner.query("drop index member_by_creation, member_email_taken");
    await runner.query(`
      alter table member
        drop constraint member_owner_is_person,
        drop constraint member_user_id_email_fkey,
        drop column id,
        drop column email,
        drop column removed_at,
        drop column removed_by_id`);
    for (const name of ["role", "pkey", "organization_id_fkey", "user_id_fkey"])
      await runner.query(`alter table member rename constraint member_${name} to membership_${name}`);
    await runner.query("alter table member rename to membership");
    await runner.query(`
      alter table user_account
        drop constraint user_email_lower,
        drop constraint user_with_email`);
    // The table before this migration knows neither service users nor one address in two organizations.
    await runner.query(`
      update user_account u set email = u.id || '@localhost'
      where email is null or exists (select from user_account o where o.email = u.email and o.id < u.id)`);
    await runner.query(`
      alter table user_account
        alter column email set not null,
        add constraint user_email_taken unique (email)`);
  }
}
