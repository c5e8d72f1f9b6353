import "reflect-metadata";
import {
  defaultFieldResolver,
  GraphQLInputObjectType,
  GraphQLObjectType,
  type GraphQLSchema,
  lexicographicSortSchema,
} from "graphql";
import { buildSchemaSync } from "type-graphql";
import { ApiTokenResolver } from "./api-token/api-token.resolver.ts";
import { ArtifactResolver, ArtifactsOfExperimentResolver } from "./artifact/artifact.resolver.ts";
import { ArtifactEditsResolver } from "./artifact/artifact-edits.resolver.ts";
import { ArtifactPermissionsResolver } from "./artifact/artifact-permissions.resolver.ts";
import { ComparisonResolver } from "./comparison/comparison.resolver.ts";
import { type Context, viewerOf } from "./context.ts";
import { DatasetResolver } from "./dataset/dataset.resolver.ts";
import { DatasetPermissionsResolver } from "./dataset/dataset-permissions.resolver.ts";
import {
  DatasetVersionResolver,
  PartsOfDatasetVersionResolver,
  VersionsOfDatasetResolver,
} from "./dataset-version/dataset-version.resolver.ts";
import { DatasetVersionPermissionsResolver } from "./dataset-version/dataset-version-permissions.resolver.ts";
import { DockerImageResolver, EnvironmentVariablesResolver } from "./docker-image/docker-image.resolver.ts";
import { apiError } from "./errors.ts";
import { makeFieldsDirect } from "./execution/direct-fields.ts";
import { DeleteExperimentResolver } from "./experiment/delete-experiment.resolver.ts";
import { ExperimentResolver } from "./experiment/experiment.resolver.ts";
import { ExperimentEditsResolver } from "./experiment/experiment-edits.resolver.ts";
import { ExperimentPermissionsResolver } from "./experiment/experiment-permissions.resolver.ts";
import {
  ExperimentsOfDatasetVersionResolver,
  ExperimentsOfModelVersionResolver,
} from "./experiment/experiments-of.resolver.ts";
import {
  PartsOfExperimentResolver,
  VersionOfExperimentBaseResolver,
  VersionOfExperimentDatasetVersionResolver,
  VersionOfLabelMapWarningResolver,
} from "./experiment/parts-of-experiment.resolver.ts";
import {
  MetricsOfExperimentResolver,
  SeriesOfMetricResolver,
} from "./experiment-metric/experiment-metric.resolver.ts";
import { FileResolver } from "./file/file.resolver.ts";
import { InvitationResolver } from "./invitation/invitation.resolver.ts";
import { LabelResolver } from "./label/label.resolver.ts";
import { LabelMapGuardResolver } from "./label-map-guard/label-map-guard.resolver.ts";
import { limits } from "./limits.ts";
import {
  LineageOfModelVersionResolver,
  StepOfLineageResolver,
  VersionsTrainedOnDatasetVersionResolver,
} from "./lineage/lineage.resolver.ts";
import { MemberResolver } from "./member/member.resolver.ts";
import { MemberOfUserResolver } from "./member/member-of-user.resolver.ts";
import { MemberPermissionsResolver } from "./member/member-permissions.resolver.ts";
import { includes, type Role } from "./member/role.ts";
import { ModelResolver } from "./model/model.resolver.ts";
import { ModelPermissionsResolver } from "./model/model-permissions.resolver.ts";
import { CopyModelFileResolver } from "./model-file/copy.resolver.ts";
import { CreateModelFileResolver } from "./model-file/create-model-file.resolver.ts";
import { FilesOfModelVersionResolver, ModelFileResolver } from "./model-file/model-file.resolver.ts";
import { ModelFilePermissionsResolver } from "./model-file/model-file-permissions.resolver.ts";
import { VerifyModelFileResolver } from "./model-file/verify-model-file.resolver.ts";
import { ModelVersionResolver, VersionsOfModelResolver } from "./model-version/model-version.resolver.ts";
import { ModelVersionPermissionsResolver } from "./model-version/model-version-permissions.resolver.ts";
import { RevisionsResolver } from "./model-version/revisions.resolver.ts";
import { TransferResolver } from "./model-version/transfer.resolver.ts";
import { globalIdJson, toGlobalId } from "./node/id.ts";
import { NodeResolver } from "./node/node.resolver.ts";
import { OrganizationResolver } from "./organization/organization.resolver.ts";
import { OrganizationPermissionsResolver } from "./organization/organization-permissions.resolver.ts";
import { ParameterResolver } from "./parameter/parameter.resolver.ts";
import {
  PendingUploadResolver,
  UploadsOfExperimentResolver,
  UploadsOfModelVersionResolver,
} from "./pending-upload/pending-upload.resolver.ts";
import { UploadResolver } from "./pending-upload/upload.resolver.ts";
import { argumentPermissions, neededRole } from "./permissions.ts";
import {
  PreviousAddressesOfModelVersionResolver,
  PreviousAddressResolver,
} from "./previous-address/previous-address.resolver.ts";
import type { WriteJson } from "./read-ahead/json.ts";
import { ReadinessResolver } from "./readiness/readiness.resolver.ts";
import { ExportExperimentResolver } from "./source-experiment/export-experiment.resolver.ts";
import {
  SourceDatasetVersionResolver,
  SourceExperimentOfModelVersionResolver,
  SourceExperimentResolver,
} from "./source-experiment/source-experiment.resolver.ts";
import { StorageConnectorResolver } from "./storage-connector/storage-connector.resolver.ts";
import { StorageConnectorPermissionsResolver } from "./storage-connector/storage-connector-permissions.resolver.ts";
import { DeleteResolver } from "./trash/delete.resolver.ts";
import { PurgeResolver } from "./trash/purge.resolver.ts";
import { RestoreResolver } from "./trash/restore.resolver.ts";
import { TombstoneResolver } from "./trash/tombstone.resolver.ts";
import { TrashResolver } from "./trash/trash.resolver.ts";
import { TrashPermissionsResolver } from "./trash/trash-permissions.resolver.ts";
import { UserResolver } from "./user/user.resolver.ts";
import { ViewerResolver } from "./viewer/viewer.resolver.ts";

/** What a document may ask for; told where a person in a playground looks first. */
const limitsInWords =
  `A document has at most ${limits.tokens} tokens, ${limits.depth} levels of fields, ${limits.aliases} aliases and ${limits.selections} ` +
  `fields with its fragments written out, and a body of ${limits.body} bytes. Its cost, which is the number of fields in an answer ` +
  `with full pages, is at most ${limits.cost}; a page holds at most ${limits.page}. An answer has at most ${limits.answer} labels, ` +
  `parameters and the like, and ${limits.answerCharacters} characters. A statement that takes longer than ` +
  `${limits.statement / 1_000} seconds is given up.`;

/** The table of contents of the API. */
export function buildApiSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      ViewerResolver,
      OrganizationResolver,
      OrganizationPermissionsResolver,
      UserResolver,
      MemberResolver,
      MemberPermissionsResolver,
      MemberOfUserResolver,
      ApiTokenResolver,
      InvitationResolver,
      NodeResolver,
      ModelResolver,
      ModelPermissionsResolver,
      ModelVersionResolver,
      ModelVersionPermissionsResolver,
      VersionsOfModelResolver,
      RevisionsResolver,
      LabelResolver,
      ParameterResolver,
      DockerImageResolver,
      EnvironmentVariablesResolver,
      FileResolver,
      ModelFileResolver,
      ModelFilePermissionsResolver,
      CreateModelFileResolver,
      FilesOfModelVersionResolver,
      CopyModelFileResolver,
      VerifyModelFileResolver,
      PendingUploadResolver,
      UploadsOfModelVersionResolver,
      UploadResolver,
      UploadsOfExperimentResolver,
      StorageConnectorResolver,
      StorageConnectorPermissionsResolver,
      SourceExperimentOfModelVersionResolver,
      SourceExperimentResolver,
      SourceDatasetVersionResolver,
      ExportExperimentResolver,
      LineageOfModelVersionResolver,
      StepOfLineageResolver,
      VersionsTrainedOnDatasetVersionResolver,
      ComparisonResolver,
      LabelMapGuardResolver,
      ReadinessResolver,
      DatasetResolver,
      DatasetPermissionsResolver,
      DatasetVersionResolver,
      DatasetVersionPermissionsResolver,
      PartsOfDatasetVersionResolver,
      VersionsOfDatasetResolver,
      ExperimentResolver,
      ExperimentPermissionsResolver,
      ExperimentEditsResolver,
      DeleteExperimentResolver,
      PartsOfExperimentResolver,
      VersionOfExperimentBaseResolver,
      VersionOfExperimentDatasetVersionResolver,
      VersionOfLabelMapWarningResolver,
      MetricsOfExperimentResolver,
      SeriesOfMetricResolver,
      ExperimentsOfModelVersionResolver,
      ExperimentsOfDatasetVersionResolver,
      ArtifactResolver,
      ArtifactsOfExperimentResolver,
      ArtifactPermissionsResolver,
      ArtifactEditsResolver,
      TransferResolver,
      PreviousAddressResolver,
      PreviousAddressesOfModelVersionResolver,
      TrashResolver,
      TrashPermissionsResolver,
      DeleteResolver,
      RestoreResolver,
      PurgeResolver,
      TombstoneResolver,
    ],
    validate: false, // inputs are read, trimmed and checked by their nouns
  });
  makeFieldsDirect(schema);
  for (const type of Object.values(schema.getTypeMap())) {
    // TypeGraphQL's own @oneOf directive is printed but not enforced; graphql-js does both for this flag.
    if (type instanceof GraphQLInputObjectType) type.isOneOf = type.extensions.oneOf === true;
    if (type instanceof GraphQLObjectType && type.getInterfaces().some(({ name }) => name === "Node"))
      showGlobalId(type);
  }
  for (const [root, description] of [
    [
      schema.getQueryType(),
      `What can be read. Every field needs an API token, and speaks of the token's organization. ${limitsInWords}`,
    ],
    [
      schema.getMutationType(),
      "What can be done: one field for each thing that a person does. Each is one transaction.",
    ],
  ] as const) {
    if (!root) continue;
    root.description = description;
    guard(root);
  }
  return lexicographicSortSchema(schema);
}

/** Rows know their UUID; clients see an id that carries the type. */
function showGlobalId(type: GraphQLObjectType): void {
  const { id } = type.getFields();
  if (!id) return;
  id.resolve = (row: { id: string }) => toGlobalId(type.name, row.id);
  const json: WriteJson = ({ at }) => globalIdJson(type.name, at("id"));
  id.extensions = { ...id.extensions, json };
}

/** Refuses every root field to those who may not use it; see `permissions.ts`. */
function guard(root: GraphQLObjectType): void {
  for (const field of Object.values(root.getFields())) {
    const path = `${root.name}.${field.name}`;
    const needed = neededRole(path);
    if (needed === null) continue;
    const resolve = field.resolve ?? defaultFieldResolver;
    field.resolve = (source, args, context: Context, info) => {
      const { role } = viewerOf(context);
      const refuse = (what: string, least: Role) => {
        throw apiError("FORBIDDEN", `${what} needs the role ${least}; this API token has ${role}.`);
      };
      if (!includes(role, needed)) refuse(field.name, needed);
      for (const { name } of field.args) {
        const more = argumentPermissions[`${root.name}.${field.name}.${name}`];
        if (more && args[name] === true && !includes(role, more)) refuse(`${field.name} with ${name}`, more);
      }
      return resolve(source, args, context, info);
    };
  }
}
