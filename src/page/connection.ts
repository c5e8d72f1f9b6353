import { Field, Int, ObjectType } from "type-graphql";
import type { Node } from "../node/node.ts";
import type { Soon } from "../read-ahead/soon.ts";
import type { RowClass } from "../rows.ts";

@ObjectType({ description: "Where a page stands in its list." })
export class PageInfo {
  @Field(() => Boolean, { description: "Whether there is more after this page." })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: "Whether there is more before this page." })
  hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: "The cursor of the first object; null on an empty page.",
  })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The cursor of the last object; null on an empty page.",
  })
  endCursor!: string | null;
}

/** Each part is read when it is asked for, which is when a client selects it; or was read ahead. */
export interface Connection<Row> {
  readonly edges: Soon<{ cursor: string; node: Row }[]>;
  readonly nodes: Soon<Row[]>;
  readonly pageInfo: Soon<PageInfo>;
  readonly totalCount: Soon<number>;
}

/** Declares the types `XConnection` and `XEdge` of a noun; returns the class of the connection. */
export function connectionType<Row extends Node>(type: RowClass<Row>, plural: string) {
  const name = type.name;

  @ObjectType(`${name}Edge`, { description: `One of the ${plural} on a page, with its cursor.` })
  class Edge {
    @Field(() => String, { description: "Its place in the list, for `after` and `before`." })
    cursor!: string;

    @Field(() => type, { description: "The object itself." })
    node!: Row;
  }

  @ObjectType(`${name}Connection`, { description: `A page of ${plural}.` })
  class ConnectionOfType {
    @Field(() => [Edge], { description: "The objects of this page with their cursors." })
    edges!: Edge[];

    @Field(() => [type], { description: "The objects of this page." })
    nodes!: Row[];

    @Field(() => PageInfo, { description: "Whether there is more, and where to go on." })
    pageInfo!: PageInfo;

    @Field(() => Int, {
      description: "How many there are on all pages. Costs a count: select it only when it is shown.",
    })
    totalCount!: Promise<number>;
  }
  return ConnectionOfType;
}
