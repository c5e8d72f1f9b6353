import { Field, InputType, Int, registerEnumType } from "type-graphql";
import { DateTimeFilter, StringFilter } from "../filter.ts";
import { limits } from "../limits.ts";
import { RoleFilter } from "../member/member.input.ts";
import { Role } from "../member/role.ts";
import { Direction } from "../page/page-args.ts";
import { WebURL } from "../scalars.ts";

@InputType({ description: "Which invitations to list; all that is given must hold." })
export class InvitationWhere {
  @Field(() => StringFilter, { nullable: true, description: "By e-mail address, which is in lower case." })
  email?: StringFilter | null;

  @Field(() => RoleFilter, { nullable: true, description: "By the role that they offer." })
  role?: object | null;

  @Field(() => DateTimeFilter, { nullable: true, description: "By the moment in which they expire." })
  expiresAt?: DateTimeFilter | null;
}

export enum InvitationOrderField {
  CREATED_AT = "CREATED_AT",
}

registerEnumType(InvitationOrderField, {
  name: "InvitationOrderField",
  description: "What a list of invitations can be ordered by.",
  valuesConfig: { CREATED_AT: { description: "By the moment in which they were made." } },
});

@InputType({ description: "The order of a list of invitations." })
export class InvitationOrder {
  @Field(() => InvitationOrderField, { description: "What to order by." })
  field!: InvitationOrderField;

  @Field(() => Direction, { defaultValue: Direction.ASC, description: "Which end comes first." })
  direction!: Direction;
}

@InputType({ description: "Whom to invite, and as what." })
export class InviteMemberInput {
  @Field(() => String, {
    description: `The e-mail address, of at most ${limits.email} characters; upper and lower case are alike. Nothing is sent to it.`,
  })
  email!: string;

  @Field(() => Role, { description: "What the new member may do: at most what this token may." })
  role!: Role;

  @Field(() => Int, {
    defaultValue: limits.invitationDays,
    description: `For how many days it can be accepted; 1 to ${limits.invitationDaysAtMost}, and not longer than this token lasts.`,
  })
  days!: number;
}

@InputType({ description: "How to accept an invitation." })
export class AcceptInvitationInput {
  @Field(() => String, { description: "The secret of the invitation, `minv_…`." })
  secret!: string;

  @Field(() => String, {
    nullable: true,
    description: `What the new user is called on cards; 1 to ${limits.name} characters. Not given with an API token, whose user has a name.`,
  })
  name?: string | null;

  @Field(() => WebURL, {
    nullable: true,
    description: "The picture of the new user. Not given with an API token.",
  })
  pictureUrl?: string | null;
}
