import { Field, ObjectType } from "type-graphql";
import { Role } from "../member/role.ts";

@ObjectType({ description: "Who asks: the member whose API token came with the request." })
export class Viewer {
  organizationId!: string;

  userId!: string;

  tokenId!: string;

  @Field(() => Role, {
    description: "What can be done with this token: the lower of its own role and its member's.",
  })
  role!: Role;

  /** When the token expires: what it makes must not outlive it. */
  expiresAt!: Date | null;

  /** Whether less can be done with the token than its member may do. */
  capped!: boolean;
}
