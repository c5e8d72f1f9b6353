/** Every limit of the API in one place: enforced from here, and told from here in the schema's descriptions. */
export const limits = {
  /** Characters of a name (of a model, a version, a label, a parameter). */
  name: 200,
  /** Characters of a description. */
  description: 10_000,
  /** Characters of an e-mail address. */
  email: 254,
  /** Characters of a URL. */
  url: 2_000,
  /** Days for which an invitation can be accepted: when nothing else is said, and at most. */
  invitationDays: 7,
  invitationDaysAtMost: 90,
  /** Labels of one version: ImageNet-21k, the largest map in use, has 21,841. */
  labels: 25_000,
  /** Labels of each kind of difference that a divergence shows. */
  divergence: 1_000,
  /** Parameters of one version. */
  parameters: 1_000,
  /** Operations in one edit of a label map: enough for a whole one, label by label. */
  labelOperations: 25_000,
  /** Operations in one edit of parameters: enough to remove them all and set as many others. */
  parameterOperations: 2_000,
  /** Characters of a parameter's value, written as JSON. */
  parameterValue: 65_536,
  /** Characters of all parameters of one version, written as JSON. */
  parameterValues: 1_000_000,
  /** Levels of arrays and objects in a parameter's value. */
  parameterDepth: 32,
  /** Flags, and environment variables, of one docker image. */
  dockerItems: 200,
  /** Characters of a flag or of the value of an environment variable. */
  dockerValue: 4_096,
  /** Dataset versions of one experiment. */
  datasetVersions: 100,
  /** Metrics of one experiment. */
  metrics: 1_000,
  /** Points of one metric. */
  metricPoints: 1_000_000,
  /** Points in one `logMetrics`. */
  loggedPoints: 10_000,
  /** Points of a series that are shown: when nothing else is said, and at most. */
  seriesPoints: 1_000,
  seriesPointsAtMost: 10_000,
  /** Generations that the lineage of a version shows. */
  generations: 1_000,
  /** Characters of an idempotency key. */
  idempotencyKey: 255,
  /** Hours for which an idempotency key is remembered. */
  idempotencyHours: 24,

  /** Objects on one page of a connection, and ids in one `nodes`. */
  page: 100,
  /** Objects on a page when neither `first` nor `last` is given. */
  defaultPage: 20,
  /** Values in one `in` filter. */
  filterValues: 100,

  /** Bytes of a request's body: a map of 25,000 labels with names of 140 characters fits, as a variable. */
  body: 4 * 1024 * 1024,
  /** Lexical tokens in a document. */
  tokens: 5_000,
  /** Levels of selections in an operation. */
  depth: 16,
  /** Aliases in an operation. */
  aliases: 50,
  /** Levels of selections in an operation, fragments counted too. */
  nesting: 64,
  /** Fields and fragments in an operation, its fragments written out. */
  selections: 2_000,
  /** Fields that an answer may hold at most, every page taken as full. */
  cost: 100_000,
  /** Objects in labels, parameters, docker images and source experiments of an answer; see `budget.ts`. */
  answer: 100_000,
  /** Characters of an answer. */
  answerCharacters: 32_000_000,
  /** Characters of an error's message: it can repeat what came. */
  message: 1_000,
  /** Validation errors that are reported of one document. */
  validationErrors: 20,

  /** Seconds after which the use of an API token is noted again. */
  lastUsed: 60,

  /** Milliseconds that a statement may run in PostgreSQL. */
  statement: 10_000,
  /** Milliseconds between two looks for what has been in the trash long enough. */
  sweep: 3_600_000,
  /** User errors that one mutation reports. */
  userErrors: 100,

  /** Milliseconds to wait for a free connection to PostgreSQL. */
  connect: 5_000,
  /** Milliseconds in which a request must have arrived whole. */
  request: 60_000,
  /** Milliseconds that requests under way get when the server stops. */
  drain: 10_000,
} as const;
