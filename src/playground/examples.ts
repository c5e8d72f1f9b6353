/** An operation that the playground opens as a tab. */
export interface Example {
  title: string;
  operation: string;
  variables: object;
  /** For who has no API token yet. */
  withoutToken?: true;
  /** Whether the variable `file` is a file that people choose. */
  withFile?: true;
}

/**
 * The forms and screens of the product, in the order of their tabs; the playground opens at the last one. They run
 * as they are against a registry with versions 1 and 2 of a model "PPE Detection", such as the demo makes. Only
 * "Create a version", "Edit the label map", "Upload a file", "Compare two versions" and "Accept an invitation" need what cannot be
 * known in advance: an id, a file, or a secret.
 */
export const examples: Example[] = [
  {
    title: "Invite a member",
    variables: { input: { email: "grace@example.com", role: "EDITOR" } },
    operation: `# Hand the secret over to whom it is for: it is shown this once, and accepted once.
mutation InviteMember($input: InviteMemberInput!) {
  inviteMember(input: $input) {
    invitation { email role expiresAt }
    secret
    userErrors { code message field }
  }
}`,
  },
  {
    title: "Accept an invitation",
    withoutToken: true,
    variables: { input: { secret: "paste-the-secret-of-the-invitation-here", name: "Grace Hopper" } },
    operation: `# Needs no API token: it gives the first one, as secret. It is shown this once.
mutation AcceptInvitation($input: AcceptInvitationInput!) {
  acceptInvitation(input: $input) {
    organization { name }
    role
    secret
    userErrors { code message field }
  }
}`,
  },
  {
    title: "Members",
    variables: {},
    operation: `# Who is in the organization, and with which API tokens I can do what.
query Members {
  members(first: 20) {
    totalCount
    nodes { id role createdAt user { name email pictureUrl service } }
  }
  viewer {
    role
    apiTokens(first: 20) { nodes { id name role prefix expiresAt lastUsedAt createdBy { name } } }
  }
}`,
  },
  {
    title: "Create a model",
    variables: {
      input: { name: "Forklift Detection", description: "Finds forklifts and pallets in the warehouse." },
    },
    operation: `# Sent twice, it is refused the second time: a name is taken once. See userErrors.
mutation CreateModel($input: CreateModelInput!) {
  createModel(input: $input) {
    model { id name }
    userErrors { code message field }
  }
}`,
  },
  {
    title: "Create a version",
    variables: {
      modelId: "paste-the-id-of-a-model-here",
      input: {
        name: "yolox-s",
        type: "OBJECT_DETECTION",
        framework: "PYTORCH",
        labels: ["forklift", "pallet"].map((name, index) => ({ index, name })),
        parameters: [{ name: "epochs", value: 100 }],
        dockerImage: { image: "docker.io/acme/yolox-training:1.2.0", flags: ["--gpus=all"] },
      },
    },
    operation: `# In VARIABLES below, modelId is the id of a model: "Create a model" and "Models" give it.
mutation CreateVersion($modelId: ID!, $input: CreateModelVersionInput!) {
  createModelVersion(modelId: $modelId, input: $input) {
    modelVersion { id name version labelCount trainable { ready missing } }
    userErrors { code message field }
  }
}`,
  },
  {
    title: "Edit the label map",
    variables: {
      id: "paste-the-id-of-a-version-here",
      input: {
        operations: [
          { set: { index: 50, name: "face shield" } },
          { modify: { index: 50, newName: "visor" } },
          { remove: { index: 50 } },
        ],
      },
    },
    operation: `# In VARIABLES below, id is the id of a version. The operations are applied in their order, all or none; this is a
# trial: it tells what would come of them. Without dryRun they are saved.
mutation UpdateLabelMap($id: ID!, $input: UpdateLabelMapInput!) {
  updateLabelMap(id: $id, input: $input, dryRun: true) {
    modelVersion { labelCount revisions { labels } }
    added { index name }
    changed { before { index name } after { index name } }
    removed { index name }
    warnings { alias dataset missingCount extraCount renamedCount renamed { index name datasetName } }
    userErrors { code message field }
  }
}`,
  },
  {
    title: "Upload a file",
    withFile: true,
    variables: { modelVersionId: "paste-the-id-of-a-version-here" },
    operation: `# In VARIABLES below, modelVersionId is the id of a version. "Add files", below them, takes the file: it stays called file.
mutation UploadFile($modelVersionId: ID!, $file: Upload!) {
  createModelFile(modelVersionId: $modelVersionId, input: { name: "weights", file: $file }) {
    modelFile { id filename size sizeCategory sha256 format canRunCode downloadUrl }
    userErrors { code message field }
  }
}`,
  },
  {
    title: "Compare two versions",
    variables: { a: "paste-the-id-of-a-version-here", b: "paste-the-id-of-another-version-here" },
    operation: `# In VARIABLES below, a and b are ids of versions, of one model or of two. What is the same in both is left out.
query CompareVersions($a: ID!, $b: ID!) {
  compareModelVersions(a: $a, b: $b) {
    about { name { a b } framework { a b } type { a b } }
    labels { addedCount removedCount changedCount differences { index a b } }
    trainingParameters { differences { name a { value } b { value } } }
    metrics { differences { name a { value } b { value } difference } }
    datasetVersions { differences { alias a { dataset version } b { dataset version } labelMapDiffers } }
    dockerImage { image { a b } tag { a b } flags { a b } environmentVariables { name certain } }
    files { differences { a { name sha256 } b { name sha256 } sameBytes } }
  }
}`,
  },
  {
    title: "Trash",
    variables: {},
    operation: `# What was deleted, until when it can be restored, and by whose hand. restoreModel, restoreModelVersion and restoreModelFile take the objectId.
query Trash {
  trash(first: 20) {
    totalCount
    nodes { kind objectId name version modelName deletedAt purgeAt deletedBy { name } viewerPermissions { restore purge } }
  }
}`,
  },
  {
    title: "Models",
    variables: {},
    operation: `# All models, the last changed first.
query Models {
  models(first: 20, orderBy: { field: UPDATED_AT, direction: DESC }) {
    totalCount
    nodes {
      id
      name
      description
      versionCount
      latestVersion { name version }
      createdBy { name pictureUrl }
      updatedAt
    }
    pageInfo { hasNextPage endCursor }
  }
}`,
  },
  {
    title: "Find versions",
    variables: {
      where: { type: { eq: "OBJECT_DETECTION" }, framework: { in: ["PYTORCH", "ONNX"] } },
      orderBy: { field: "CREATED_AT", direction: "DESC" },
    },
    operation: `# Versions of all models: VARIABLES below say which ones, and in which order.
query FindVersions($where: ModelVersionWhere, $orderBy: ModelVersionOrder!) {
  modelVersions(first: 20, where: $where, orderBy: $orderBy) {
    totalCount
    nodes { model { name } name version framework type trainable { ready } createdAt }
  }
}`,
  },
  {
    title: "Experiments and their metrics",
    variables: { where: { status: { in: ["WAITING", "RUNNING", "SUCCESS"] } } },
    operation: `# What is being tried, from which base and with which data, and what it has come to; the last changed first.
query Experiments($where: ExperimentWhere) {
  experiments(first: 10, where: $where) {
    nodes {
      projectName
      name
      status
      base { modelName version }
      datasetVersions { alias datasetVersion { name dataset { name } } }
      parameters { name value }
      metrics { name goal last { step value } best { step value } series(maxPoints: 20) { step value } }
      artifacts(first: 10) { nodes { name size inherited } }
    }
  }
}`,
  },
  {
    title: "Lineage",
    variables: { model: "PPE Detection", version: 2 },
    operation: `# What a version comes from, and what comes from it, be it by many generations, or deleted by now.
query Lineage($model: String!, $version: Int!) {
  modelVersion(by: { number: { model: { name: $model }, version: $version } }) {
    name
    sourceExperiment { name url }
    ancestors { distance modelName name version }
    descendants { distance modelName name version }
    experiments(first: 10) { nodes { name status } }
  }
}`,
  },
  {
    title: "Download files",
    variables: { model: "PPE Detection", version: 2 },
    operation: `# Each downloadUrl is good for ten minutes, and needs no token: open it, or hand it to curl.
query DownloadFiles($model: String!, $version: Int!) {
  modelVersion(by: { number: { model: { name: $model }, version: $version } }) {
    name
    files(first: 20) { nodes { name filename size sha256 status downloadUrl(expiresIn: 600) } }
  }
}`,
  },
  {
    title: "Version overview",
    variables: { model: "PPE Detection", version: 2 },
    operation: `# Everything that there is to one version, section by section.
query VersionOverview($model: String!, $version: Int!) {
  modelVersion(by: { number: { model: { name: $model }, version: $version } }) {
    ...About
    labelCount
    labels { index name }
    parameters { name type value }
    dockerImage { image tag digest flags environmentVariables { name value } }
    files(first: 20) {
      totalCount
      nodes { name filename size sizeCategory sha256 status format downloadUrl createdAt createdBy { name pictureUrl } }
    }
    sourceExperiment {
      name
      url
      parameters { name type value }
      metrics { name value }
      datasetVersions { alias dataset version url labels { index name } }
    }
    trainable { ready missing recommended }
    deployable { ready missing recommended }
    revisions { about labels parameters dockerImage files }
  }
}

fragment About on ModelVersion {
  id name version description framework type
  model { name }
  createdBy { name pictureUrl }
  createdAt updatedAt
}`,
  },
  {
    title: "Model and its version cards",
    variables: { name: "PPE Detection" },
    operation: `# A model's page: the model, with a card for each of its versions.
query ModelAndVersionCards($name: String!) {
  model(by: { name: $name }) {
    name
    description
    versions(first: 20) {
      totalCount
      nodes {
        name
        description
        labelCount
        labels(first: 3) { name }
        framework
        type
        updatedAt
        createdBy { name pictureUrl }
      }
    }
  }
}`,
  },
];
