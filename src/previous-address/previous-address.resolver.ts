import { Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Context } from "../context.ts";
import { Model } from "../model/model.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import type { Connection } from "../page/connection.ts";
import { type PageRequest, pageRequest } from "../page/page.ts";
import { Direction, PageArgs } from "../page/page-args.ts";
import { Reads } from "../read-ahead/reads.ts";
import type { Soon } from "../read-ahead/soon.ts";
import { User } from "../user/user.ts";
import {
  modelOfAddress,
  moverOf,
  PreviousAddress,
  PreviousAddressConnection,
  previousAddressesOf,
} from "./previous-address.ts";

@Resolver(() => PreviousAddress)
export class PreviousAddressResolver {
  @Reads(modelOfAddress)
  @FieldResolver(() => Model, {
    nullable: true,
    description: "The model that the version belonged to; null when it has been deleted since.",
  })
  model(@Root() address: PreviousAddress, @Ctx() context: Context): Soon<Model | null> {
    return modelOfAddress(context, address);
  }

  @Reads(moverOf)
  @FieldResolver(() => User, { description: "Who transferred the version." })
  movedBy(@Root() address: PreviousAddress, @Ctx() context: Context): Soon<User | null> {
    return moverOf(context, address);
  }
}

@Resolver(() => ModelVersion)
export class PreviousAddressesOfModelVersionResolver {
  @Reads(previousAddressesOf, { args: (page: PageArgs) => lastFirst(page) })
  @FieldResolver(() => PreviousAddressConnection, {
    description: "Where the version was before it was transferred here, the last address first.",
  })
  previousAddresses(
    @Root() version: ModelVersion,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() context: Context,
  ): Soon<Connection<PreviousAddress>> {
    return previousAddressesOf(context, version, lastFirst(page));
  }
}

function lastFirst(page: PageArgs): PageRequest {
  return pageRequest({ ...page, orderBy: { field: "MOVED_AT", direction: Direction.DESC } });
}
