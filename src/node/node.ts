import { Field, ID, InterfaceType } from "type-graphql";
import { type Batch, batch } from "../batch.ts";
import { type Context, viewerOf } from "../context.ts";
import { type RowClass, rows } from "../rows.ts";
import type { Viewer } from "../viewer/viewer.ts";

@InterfaceType({ description: "Everything that has a life of its own, and so an id." })
export abstract class Node {
  @Field(() => ID, { description: "Opaque, unique in the registry, and never given to another object." })
  id!: string;
}

export type NodeBatch<Row> = Batch<string, Row | null, void>;

/** Type name → its look-up by UUID; `node` and `nodes` read it. */
export const nodeTypes = new Map<string, NodeBatch<Node>>();

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
  sees: (viewer: Viewer, row: Row) => boolean = () => true,
): NodeBatch<Row> {
  const byId = batch<string, Row | null>(
    async (context: Context, ids) => {
      const viewer = viewerOf(context);
      const tail = `where r.id = any($1) and ${visible}`;
      const found = await rows(context.db, type, tail, [ids, viewer.organizationId]);
      return new Map(found.filter((row) => sees(viewer, row)).map((row) => [row.id, row]));
    },
    () => null,
  );
  nodeTypes.set(type.name, byId);
  return byId;
}
