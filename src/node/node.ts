import { Field, ID, InterfaceType } from "type-graphql";
import { type Batch, batch } from "../batch.ts";
import { type Context, viewerOf } from "../context.ts";
import { type RowClass, rows } from "../rows.ts";

@InterfaceType({ description: "Everything that has a life of its own, and so an id." })
export abstract class Node {
  @Field(() => ID, { description: "Opaque, unique in the registry, and never given to another object." })
  id!: string;
}

type NodeBatch<Row> = Batch<string, Row | null, void>;

/** Type name → its look-up by UUID; `node` and `nodes` read it. */
export const nodeTypes = new Map<string, NodeBatch<Node>>();

/**
 * Declares a type that `node` can find, and its look-up by UUID.
 *
 * @param visible a condition on the row `r`, in which `$2` is the viewer's organization: an object of another
 *   organization is not found.
 */
export function nodeById<Row extends Node>(
  type: RowClass<Row>,
  visible = "r.organization_id = $2",
): NodeBatch<Row> {
  const byId = batch<string, Row | null>(
    async (context: Context, ids) => {
      const found = await rows(context.db, type, `where r.id = any($1) and ${visible}`, [
        ids,
        viewerOf(context).organizationId,
      ]);
      return new Map(found.map((row) => [row.id, row]));
    },
    () => null,
  );
  nodeTypes.set(type.name, byId);
  return byId;
}
