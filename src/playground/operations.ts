/** An example that the playground opens as a tab. */
export interface Example {
  /** What the tab is called. */
  title: string;
  /** GraphQL text. */
  operation: string;
  variables: object;
}

/**
 * The screens of the product as operations, in the order of the tabs. They run as they are once the token is
 * there, against a registry with a model "PPE Detection" that has versions 1 and 2.
 */
export const examples: Example[] = [
  {
    title: "Model and its version cards",
    variables: { name: "PPE Detection" },
    operation: `# A model's page: the model, and a card for each of its versions.
query ModelAndVersionCards($name: String!) {
  model(by: { name: $name }) {
    name
    description
    versions(first: 20) {
      totalCount
      nodes {
        id
        name
        version
        description
        framework
        type
        labelCount
        labels(first: 3) {
          name
        }
        updatedAt
        createdBy {
          name
          pictureUrl
        }
      }
    }
  }
}
`,
  },
  {
    title: "Version overview",
    variables: { model: "PPE Detection", version: 2 },
    operation: `# Everything about one version, section by section.
query VersionOverview($model: String!, $version: Int!) {
  modelVersion(by: { number: { model: { name: $model }, version: $version } }) {
    ...About
    labelCount
    labels {
      index
      name
    }
    parameters {
      name
      type
      value
    }
    dockerImage {
      image
      tag
      digest
      flags
      environmentVariables {
        name
        value
      }
    }
    files {
      totalCount
      nodes {
        name
        filename
        size
        sizeCategory
        sha256
        createdAt
      }
    }
    sourceExperiment {
      name
      url
      parameters {
        name
        type
        value
      }
      metrics {
        name
        value
      }
      datasetVersions {
        alias
        dataset
        version
        url
        labels {
          index
          name
        }
      }
    }
    # What is missing before it can be trained from, or deployed.
    trainable {
      ready
      missing
      recommended
    }
    deployable {
      ready
      missing
      recommended
    }
    # How often each section was changed.
    revisions {
      about
      labels
      parameters
      dockerImage
      files
    }
  }
}

fragment About on ModelVersion {
  id
  name
  version
  description
  framework
  type
  createdAt
  updatedAt
  createdBy {
    name
    pictureUrl
  }
  model {
    name
  }
}
`,
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
      latestVersion {
        name
        version
      }
      createdBy {
        name
        pictureUrl
      }
      updatedAt
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,
  },
  {
    title: "Find versions",
    variables: {
      where: {
        type: { eq: "OBJECT_DETECTION" },
        framework: { in: ["PYTORCH", "ONNX"] },
        name: { contains: "" },
      },
      orderBy: { field: "CREATED_AT", direction: "DESC" },
    },
    operation: `# Versions of all models; what to look for stands in the variables below.
query FindVersions($where: ModelVersionWhere, $orderBy: ModelVersionOrder!) {
  modelVersions(first: 20, where: $where, orderBy: $orderBy) {
    totalCount
    nodes {
      model {
        name
      }
      name
      version
      framework
      type
      trainable {
        ready
      }
      createdAt
    }
  }
}
`,
  },
];
