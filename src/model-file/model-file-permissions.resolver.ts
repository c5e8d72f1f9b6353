import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { blobById } from "../blob/blob.ts";
import { type Context, viewerOf } from "../context.ts";
import { byRoleAndStatus } from "../file/file-permissions.ts";
import { FileStatus, statusOf } from "../file/file-status.ts";
import type { Role } from "../member/role.ts";
import { may } from "../permissions.ts";
import { InSql } from "../read-ahead/reads.ts";
import { permissionsType, viewerPermissionsDescription } from "../viewer-permissions.ts";
import { ModelFile } from "./model-file.ts";

const ModelFilePermissions = permissionsType("ModelFile", {
  download: "Download it; only while it is READY.",
  copy: "Copy it to another version; only while it is READY.",
  replace: "Put another file in its place, under its name.",
  verify: "Have its bytes read again.",
  delete: "Put it into the trash.",
});

@Resolver(() => ModelFile)
export class ModelFilePermissionsResolver {
  @InSql(byRoleAndStatus(permissionsOf))
  @FieldResolver(() => ModelFilePermissions, { description: viewerPermissionsDescription })
  async viewerPermissions(
    @Root() { blobId }: ModelFile,
    @Ctx() context: Context,
  ): Promise<InstanceType<typeof ModelFilePermissions>> {
    const status = statusOf(await blobById(context, blobId));
    return permissionsOf(viewerOf(context).role, status);
  }
}

/** What a role may do to a file with a status. */
function permissionsOf(role: Role, status: FileStatus): InstanceType<typeof ModelFilePermissions> {
  const isReady = status === FileStatus.READY;
  const mayDelete = may(role, "Mutation.deleteModelFile");
  return {
    download: isReady,
    copy: isReady && may(role, "Mutation.copyModelFile"),
    replace: mayDelete && may(role, "Mutation.createModelFile"),
    verify: may(role, "Mutation.verifyModelFile"),
    delete: mayDelete,
  };
}
