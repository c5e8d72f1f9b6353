import { Field, ObjectType } from "type-graphql";
import { Role } from "../membership/role.ts";

@ObjectType({ description: "Who asks: the member whose API token came with the request." })
export class Viewer {
  organizationId!: string;

  userId!: string;

  @Field(() => Role, { description: "What the member may do." })
  role!: Role;
}
