import type { GraphQLResolveInfo } from "graphql";
import { Field, ID, InterfaceType } from "type-graphql";
import { type Context, viewerOf } from "../context.ts";
import { one } from "../read-ahead/look.ts";
import type { RowClass } from "../rows.ts";
import type { Viewer } from "../viewer/viewer.ts";

@InterfaceType({ description: "Everything that has a life of its own, and so an id." })
export abstract class Node {
  @Field(() => ID, { description: "Opaque, unique in the registry, and never given to another object." })
  id!: string;
}

/** Finds an object by its UUID; given a resolver's `info`, what is selected of it is read ahead. */
export type NodeLook<Row> = (
  context: Context,
  uuid: string,
  info?: GraphQLResolveInfo,
) => Promise<Row | null>;

/** Type name → its look-up by UUID; `node` and `nodes` read it. */
export const nodeTypes = new Map<string, NodeLook<Node>>();

/**
 * Declares a type that `node` can find, and its look-up by UUID.
 *
 * @param visible a condition on the row `r`, in which `$2` is the viewer's organization: an object of another
 *   organization is not found.
 * @param sees whether a viewer may see it, where not every member may: to others it does not exist.
 */
export function nodeById<Row extends Node>(
  type: RowClass<Row>,
  visible = "r.organization_id = $2",
  sees?: (viewer: Viewer, row: Row) => boolean,
): NodeLook<Row> {
  const look = one<Row, "id">({
    type,
    key: { id: "uuid" },
    where: ({ id }) => `r.id = ${id} and ${visible}`,
  });
  const byId = async (context: Context, uuid: string, info?: GraphQLResolveInfo) => {
    const viewer = viewerOf(context);
    if (!sees) return look(context, { id: uuid }, undefined, info);
    const row = await look(context, { id: uuid }); // whole: it is looked at
    return row !== null && sees(viewer, row) ? row : null;
  };
  nodeTypes.set(type.name, byId);
  return byId;
}
