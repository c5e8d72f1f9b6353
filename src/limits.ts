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
  /** Of a new version with more labels the number comes last: others of its model wait while it is being given. */
  labelsAfterNumber: 1_000,
  /** Labels of each kind of difference that a divergence shows. */
  divergence: 1_000,
  /** Differences of one section that a comparison of versions shows. */
  differences: 1_000,
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
  /** Storage connectors of one organization. */
  storageConnectors: 100,
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
  /** Experiments, and versions, that a deletion shows to have been built on what it takes along. */
  impact: 100,
  /** Generations that the lineage of a version shows. */
  generations: 1_000,
  /** Characters of an idempotency key. */
  idempotencyKey: 255,
  /** Hours for which an idempotency key is remembered. */
  idempotencyHours: 24,

  /** Seconds for which the URL of a download is good at most. */
  downloadSeconds: 3_600,
  /** Seconds for which a client that is sent on to the storage can begin to read there. */
  storageUrlSeconds: 60,
  /** Bytes of a filename in UTF-8: what file systems take. */
  filename: 255,
  /** Characters of a media type. */
  contentType: 255,
  /** Bytes of a part of an upload at least, but for the last one; and parts of one upload: what object stores take. */
  partSize: 16 * 1024 * 1024,
  parts: 10_000,
  /** Days that an upload in parts may take. */
  uploadDays: 7,
  /** Uploads in parts under way for one version. */
  pendingUploads: 100,
  /** URLs of parts that are given out at once, and the seconds for which one is good at most. */
  partUrls: 100,
  partUrlSeconds: 86_400,

  /** Objects on one page of a connection, and ids in one `nodes`. */
  page: 100,
  /** Objects on a page when neither `first` nor `last` is given. */
  defaultPage: 20,
  /** Values in one `in` filter. */
  filterValues: 100,

  /** Bytes of a request's body: a map of 25,000 labels with names of 140 characters fits, as a variable. */
  body: 4 * 1024 * 1024,
  /** Files in one request. */
  filesAtOnce: 10,
  /** Bytes of the field `map` of a multipart request. */
  map: 10_000,
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
  /** Costs that are remembered of one operation, which has others with other variables. */
  knownCosts: 100,
  /** Objects in labels, parameters, docker images and source experiments of an answer; see `budget.ts`. */
  answer: 100_000,
  /** Characters of an answer. */
  answerCharacters: 32_000_000,
  /** Characters of an error's message: it can repeat what came. */
  message: 1_000,
  /** Validation errors that are reported of one document. */
  validationErrors: 20,

  /**
   * How often a query is run before it is compiled, and for how many sets of what its directives say; fields that are compiled
   * at once, which takes some milliseconds, and that are kept compiled, a few kilobytes each.
   */
  compileAfter: 3,
  compiledWays: 8,
  compiledFields: 120,
  compiledFieldsInAll: 10_000,

  /** Seconds after which the use of an API token is noted again. */
  lastUsed: 60,

  /** Milliseconds that a statement may run in PostgreSQL. */
  statement: 10_000,
  /** Texts of statements that PostgreSQL is asked to remember, on each connection of a process, and characters of each. */
  preparedStatements: 500,
  preparedCharacters: 20_000,
  /**
   * Milliseconds of work behind which a packet is put, for each pipeline that is open; packets in a pipeline: of writes
   * only a few, since each of them may wait for a row; and milliseconds after which none is put behind one that was thought to be quick.
   */
  pipeline: 2,
  pipelinePackets: { reads: 16, writes: 8 },
  pipelineStall: 10,
  /** Milliseconds between two sweeps of what is over its time, or of use to nobody. */
  sweep: 3_600_000,
  /** Things that a sweep deals with before it makes room for requests; bytes that it removes at once. */
  sweepPage: 16,
  /** Hours without a sign of life after which an upload has died. */
  stagedHours: 1,
  /** Milliseconds between two signs of life of an upload whose bytes are arriving. */
  heartbeat: 30_000,
  /** Milliseconds between two looks for bytes that are to be read, and how many files a server reads at once. */
  verify: 5_000,
  verifiers: 4,
  /** Seconds for which bytes belong to who reads them, unless it asks for more. */
  verifyLease: 120,
  /** User errors that one mutation reports. */
  userErrors: 100,

  /** Milliseconds to wait for a free connection to PostgreSQL. */
  connect: 5_000,
  /**
   * Milliseconds to wait for a connection to an object store, for bytes on it, and for an answer to begin; how often a request
   * is tried; bytes of an answer that is no object; connections to one store at once.
   */
  storage: {
    ...{ connect: 5_000, stall: 60_000, answer: 300_000, attempts: 3 },
    ...{ answerBytes: 8 * 1024 * 1024, sockets: 1_000 },
  },
  /** Milliseconds for each step of the test of a storage connector. */
  storageTest: 15_000,
  /** Hours after which what a test has left in a storage is removed by the next one. */
  probeHours: 1,
  /** Milliseconds in which a request must have arrived whole, unless it brings a file. */
  request: 60_000,
  /** Milliseconds in which the reader of a file may take nothing. */
  stalledReader: 60_000,
  /** How slow the sender of a file may be: so many bytes in so many milliseconds of waiting for it. */
  pace: { bytes: 32 * 1024, within: 30_000 },
  /** Milliseconds that a client gets to read an answer that came before it had sent everything. */
  linger: 1_000,
  /** Milliseconds that requests under way get when the server stops. */
  drain: 10_000,
} as const;
