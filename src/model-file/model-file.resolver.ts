import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Context } from "../context.ts";
import { ModelVersion } from "../model-version/model-version.ts";
import type { Connection } from "../page/connection.ts";
import { Direction, PageArgs } from "../page/page-args.ts";
import { User, userById } from "../user/user.ts";
import { ModelFileOrder, ModelFileOrderField, ModelFileWhere } from "./model-file.input.ts";
import { filesOf, ModelFile, ModelFileConnection, SizeCategory, smallFile } from "./model-file.ts";

@Resolver(() => ModelFile)
export class ModelFileResolver {
  @FieldResolver(() => SizeCategory, { description: "Whether it is small or large." })
  sizeCategory(@Root() { size }: ModelFile): SizeCategory {
    return size > smallFile ? SizeCategory.LARGE : SizeCategory.SMALL;
  }

  @FieldResolver(() => String, { description: "The SHA-256 of its bytes, as 64 lower-case hex digits." })
  sha256(@Root() { sha256 }: ModelFile): string {
    return sha256.toString("hex");
  }

  @FieldResolver(() => User, { description: "Who added the file." })
  createdBy(@Root() { createdById }: ModelFile, @Ctx() context: Context): Promise<User | null> {
    return userById(context, createdById);
  }
}

@Resolver(() => ModelVersion)
export class FilesOfModelVersionResolver {
  @FieldResolver(() => ModelFileConnection, { description: "The files of the version." })
  files(
    @Root() version: ModelVersion,
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => ModelFileWhere, { nullable: true, description: "Which files." })
    where: ModelFileWhere | null,
    @Arg("orderBy", () => ModelFileOrder, {
      defaultValue: { field: ModelFileOrderField.NAME, direction: Direction.ASC },
      description: "In which order.",
    })
    orderBy: ModelFileOrder,
    @Ctx() context: Context,
  ): Promise<Connection<ModelFile>> {
    return filesOf(context, version.id, { page, where, orderBy });
  }
}
