import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, ID, Info, Query, Resolver } from "type-graphql";
import type { Context } from "../context.ts";
import { limits } from "../limits.ts";
import { HandsOn } from "../read-ahead/reads.ts";
import { refuse, UserErrorCode } from "../user-error.ts";
import { parseGlobalId } from "./id.ts";
import { Node, nodeTypes } from "./node.ts";

@Resolver()
export class NodeResolver {
  @HandsOn()
  @Query(() => Node, { nullable: true, description: "The object with this id; null when there is none." })
  node(
    @Arg("id", () => ID, { description: "The id of anything that implements `Node`." }) id: string,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Node | null> {
    return find(context, id, ["id"], info);
  }

  @HandsOn()
  @Query(() => [Node], {
    nullable: "items",
    description: "The objects with these ids, in their order; null in the place of one that does not exist.",
  })
  nodes(
    @Arg("ids", () => [ID], { description: `At most ${limits.page} ids.` }) ids: string[],
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<(Node | null)[]> {
    if (ids.length > limits.page) {
      refuse(UserErrorCode.INVALID, ["ids"], `Expected at most ${limits.page} ids, got ${ids.length}.`);
    }
    return Promise.all(ids.map((id, index) => find(context, id, ["ids", String(index)], info)));
  }
}

async function find(
  context: Context,
  id: string,
  field: string[],
  info: GraphQLResolveInfo,
): Promise<Node | null> {
  const { type = "", uuid = "" } = parseGlobalId(id) ?? {};
  const byId = nodeTypes.get(type);
  if (!byId) {
    const types = [...nodeTypes.keys()].sort().join(", ");
    refuse(UserErrorCode.INVALID, field, `Expected the id of one of ${types}, got "${id.slice(0, 80)}".`);
  }
  return byId(context, uuid, info);
}
