/** The operations of the Settings tab and of the trash. */
const errors = "userErrors { code field message }";
const entry = `trashEntry { kind objectId name version modelName deletedBy { name } deletedAt purgeAt
  contents { versionCount fileCount fileBytes } }`;

export const deleteFile = `mutation ($id: ID!, $dryRun: Boolean) {
  deleteModelFile(id: $id, dryRun: $dryRun) {
    contents { versionCount fileCount fileBytes freedBytes } ${entry} ${errors}
  }
}`;
export const restoreFile = `mutation ($id: ID!, $name: String, $dryRun: Boolean) {
  restoreModelFile(id: $id, name: $name, dryRun: $dryRun) { modelFile { id name sha256 } ${errors} }
}`;
export const copyFile = `mutation ($id: ID!, $modelVersionId: ID!, $input: CopyModelFileInput!, $idempotencyKey: String) {
  copyModelFile(id: $id, modelVersionId: $modelVersionId, input: $input, idempotencyKey: $idempotencyKey) {
    modelFile { id name filename contentType size sha256 status format createdBy { name } } ${errors}
  }
}`;

export const deleteVersion = `mutation ($id: ID!, $dryRun: Boolean) {
  deleteModelVersion(id: $id, dryRun: $dryRun) {
    contents { versionCount fileCount fileBytes } ${entry} ${errors}
  }
}`;
export const deleteModel = `mutation ($id: ID!, $cascade: Boolean, $dryRun: Boolean) {
  deleteModel(id: $id, cascade: $cascade, dryRun: $dryRun) {
    contents { versionCount fileCount fileBytes } ${entry} ${errors}
  }
}`;

export const restoreVersion = `mutation ($id: ID!, $name: String, $dryRun: Boolean) {
  restoreModelVersion(id: $id, name: $name, dryRun: $dryRun) {
    modelVersion { id name version updatedAt revisions { about labels } model { id updatedAt } } ${errors}
  }
}`;
export const restoreModel = `mutation ($id: ID!, $name: String, $dryRun: Boolean) {
  restoreModel(id: $id, name: $name, dryRun: $dryRun) { model { id name revision updatedAt versionCount } ${errors} }
}`;

const tombstone = `tombstone {
  kind name version modelName deletedBy { name } deletedAt purgedBy { name } purgedAt
}`;
export const purgeFile = `mutation ($id: ID!, $dryRun: Boolean) {
  purgeModelFile(id: $id, dryRun: $dryRun) {
    contents { versionCount fileCount fileBytes freedBytes } ${tombstone} ${errors}
  }
}`;
export const purgeVersion = `mutation ($id: ID!, $dryRun: Boolean) {
  purgeModelVersion(id: $id, dryRun: $dryRun) { ${tombstone} ${errors} }
}`;
export const purgeModel = `mutation ($id: ID!, $dryRun: Boolean) {
  purgeModel(id: $id, dryRun: $dryRun) { ${tombstone} ${errors} }
}`;
export const readTombstone = `query ($id: ID!) { ${tombstone.replace("tombstone", "tombstone(id: $id)")} }`;

export const transfer = `mutation ($id: ID!, $modelId: ID!, $name: String, $dryRun: Boolean) {
  transferModelVersion(id: $id, modelId: $modelId, name: $name, dryRun: $dryRun) {
    modelVersion { id name version updatedAt revisions { about labels } model { id updatedAt } } ${errors}
  }
}`;

export const listTrash = `query ($where: TrashWhere, $first: Int, $after: String, $last: Int, $before: String) {
  trash(where: $where, first: $first, after: $after, last: $last, before: $before) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      kind objectId name version modelName deletedBy { name } deletedAt purgeAt
      contents { versionCount fileCount fileBytes }
    }
  }
}`;
