import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { blobById } from "../blob/blob.ts";
import { type Context, viewerOf } from "../context.ts";
import { byRoleAndStatus } from "../file/file-permissions.ts";
import { FileStatus, statusOf } from "../file/file-status.ts";
import type { Role } from "../member/role.ts";
import { may } from "../permissions.ts";
import { InSql } from "../read-ahead/reads.ts";
import { permissionsType, viewerPermissionsDescription } from "../viewer-permissions.ts";
import { Artifact } from "./artifact.ts";

const ArtifactPermissions = permissionsType("Artifact", {
  download: "Download it; only while it is READY.",
  replace: "Put another file in its place, under its name, while the experiment goes on.",
  verify: "Have its bytes read again.",
  delete: "Take it away while the experiment goes on.",
});

@Resolver(() => Artifact)
export class ArtifactPermissionsResolver {
  @InSql(byRoleAndStatus(permissionsOf))
  @FieldResolver(() => ArtifactPermissions, { description: viewerPermissionsDescription })
  async viewerPermissions(
    @Root() { blobId }: Artifact,
    @Ctx() context: Context,
  ): Promise<InstanceType<typeof ArtifactPermissions>> {
    const status = statusOf(await blobById(context, blobId));
    return permissionsOf(viewerOf(context).role, status);
  }
}

/** What a role may do to an artifact with a status. */
function permissionsOf(role: Role, status: FileStatus): InstanceType<typeof ArtifactPermissions> {
  const mayDelete = may(role, "Mutation.deleteArtifact");
  return {
    download: status === FileStatus.READY,
    replace: mayDelete && may(role, "Mutation.createArtifact"),
    verify: may(role, "Mutation.verifyArtifact"),
    delete: mayDelete,
  };
}
