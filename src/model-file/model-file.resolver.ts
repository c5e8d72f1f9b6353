import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Context } from "../context.ts";
import { byName, FileOrder, FileWhere } from "../file/file.input.ts";
import { ModelVersion, versionOfPart } from "../model-version/model-version.ts";
import type { Connection } from "../page/connection.ts";
import { pageRequest } from "../page/page.ts";
import { PageArgs } from "../page/page-args.ts";
import { Reads } from "../read-ahead/reads.ts";
import type { Soon } from "../read-ahead/soon.ts";
import { normalizeName } from "../text.ts";
import { fileByName, filesOf, ModelFile, ModelFileConnection } from "./model-file.ts";

@Resolver(() => ModelFile)
export class ModelFileResolver {
  @Reads(versionOfPart)
  @FieldResolver(() => ModelVersion, { description: "The version that it belongs to." })
  modelVersion(@Root() file: ModelFile, @Ctx() context: Context): Soon<ModelVersion | null> {
    return versionOfPart(context, file);
  }
}

@Resolver(() => ModelVersion)
export class FilesOfModelVersionResolver {
  @Reads(fileByName, { args: ({ name }: { name: string }) => normalizeName(name) })
  @FieldResolver(() => ModelFile, {
    nullable: true,
    description: "The file of the version that has this name; null when there is none.",
  })
  file(
    @Root() version: ModelVersion,
    @Arg("name", () => String, { description: "Its name, such as `weights`." }) name: string,
    @Ctx() context: Context,
  ): Soon<ModelFile | null> {
    return fileByName(context, version, normalizeName(name));
  }

  @Reads(filesOf, { args: pageRequest })
  @FieldResolver(() => ModelFileConnection, { description: "The files of the version." })
  files(
    @Root() version: ModelVersion,
    @Args(() => PageArgs) page: PageArgs,
    @Arg("where", () => FileWhere, { nullable: true, description: "Which files." })
    where: FileWhere | null,
    @Arg("orderBy", () => FileOrder, { defaultValue: byName, description: "In which order." })
    orderBy: FileOrder,
    @Ctx() context: Context,
  ): Soon<Connection<ModelFile>> {
    return filesOf(context, version, { page, where, orderBy });
  }
}
