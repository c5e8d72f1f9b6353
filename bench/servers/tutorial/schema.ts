/** As much of our schema as the benchmark asks for. */
export const typeDefs = `#graphql
  scalar JSON
  enum DetectionType { CLASSIFICATION OBJECT_DETECTION SEGMENTATION POINT LINE }
  enum Framework { TENSORFLOW PYTORCH ONNX }
  enum OrderDirection { ASC DESC }
  enum ModelVersionOrderField { VERSION NAME CREATED_AT UPDATED_AT }

  type User { id: ID! name: String! pictureUrl: String }
  type PageInfo { hasNextPage: Boolean! }
  type ModelConnection { nodes: [Model!]! pageInfo: PageInfo! }
  type ModelVersionConnection { nodes: [ModelVersion!]! pageInfo: PageInfo! }
  type ModelFileConnection { nodes: [ModelFile!]! }

  type Model {
    id: ID!
    name: String!
    description: String
    createdAt: String!
    updatedAt: String!
    createdBy: User!
    versions(first: Int = 20): ModelVersionConnection!
  }

  type ModelVersion {
    id: ID!
    name: String!
    description: String
    version: Int!
    type: DetectionType!
    framework: Framework
    labelCount: Int!
    createdAt: String!
    updatedAt: String!
    createdBy: User!
    model: Model!
    labels(first: Int): [Label!]!
    parameters: [Parameter!]!
    dockerImage: DockerImage
    files: ModelFileConnection!
    sourceExperiment: SourceExperiment
    ancestors: [Ancestor!]!
    trainable: Readiness!
    deployable: Readiness!
  }

  type Ancestor { distance: Int! modelName: String! name: String! version: Int! modelVersion: ModelVersion }
  type Label { index: Int! name: String! }
  type Parameter { name: String! type: String! value: JSON }
  type DockerImage { image: String! tag: String flags: [String!]! environmentVariables: [EnvironmentVariable!]! }
  type EnvironmentVariable { name: String! value: String }
  type ModelFile {
    name: String!
    filename: String!
    size: Float!
    sha256: String
    createdAt: String!
    createdBy: User!
  }
  type SourceExperiment {
    name: String!
    url: String
    parameters: [Parameter!]!
    metrics: [Metric!]!
    datasetVersions: [DatasetVersion!]!
  }
  type Metric { name: String! value: Float! }
  type DatasetVersion { alias: String! dataset: String! version: String! url: String labels: [Label!]! }
  type Readiness { ready: Boolean! }

  input ById { id: ID! }
  input DetectionTypeFilter { eq: DetectionType }
  input BooleanFilter { eq: Boolean }
  input ModelVersionWhere { type: DetectionTypeFilter deployable: BooleanFilter }
  input ModelVersionOrder { field: ModelVersionOrderField! direction: OrderDirection = ASC }

  type Query {
    model(by: ById!): Model
    models(first: Int = 20): ModelConnection!
    modelVersion(by: ById!): ModelVersion
    modelVersions(first: Int = 20, where: ModelVersionWhere, orderBy: ModelVersionOrder): ModelVersionConnection!
  }

  input LabelInput { index: Int! name: String! }
  input ParameterInput { name: String! value: JSON }
  input CreateModelVersionInput {
    name: String!
    type: DetectionType!
    labels: [LabelInput!]
    parameters: [ParameterInput!]
  }
  input LabelOperation { set: LabelInput! }
  input UpdateLabelMapInput { operations: [LabelOperation!]! }
  type UserError { message: String! }
  type ModelVersionPayload { modelVersion: ModelVersion userErrors: [UserError!]! }

  type Mutation {
    createModelVersion(modelId: ID!, input: CreateModelVersionInput!): ModelVersionPayload!
    updateLabelMap(id: ID!, input: UpdateLabelMapInput!): ModelVersionPayload!
  }
`;
