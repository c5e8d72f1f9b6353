import { randomUUID } from "node:crypto";
import { ApolloServer } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from "@apollo/server/plugin/disabled";
import cors from "@fastify/cors";
import {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from "fastify";
import type { DataSource } from "typeorm";
import { authenticate } from "./api-token/authenticate.ts";
import type { Verifier } from "./blob/verifier.ts";
import type { Config } from "./config.ts";
import type { Context } from "./context.ts";
import { translateDatabaseError } from "./database-error.ts";
import { executingGateway } from "./execution/executor.ts";
import type { Report } from "./execution/queries.ts";
import { sendFiles } from "./file/send-files.ts";
import { answerGraphQL } from "./http/answer-graphql.ts";
import { setDeadline } from "./http/deadline.ts";
import { endGently, isEarly, stopReading } from "./http/early-answer.ts";
import { errorPlugin, formatError } from "./http/error-plugin.ts";
import { answerBadUrl, answerErrorsAsGraphQL, rawError } from "./http/http-errors.ts";
import { acceptMultipart } from "./http/multipart/multipart.ts";
import { queryLimits } from "./http/query-limits.ts";
import type { Pace } from "./http/stall-timer.ts";
import { writeAnswer } from "./http/write-answer.ts";
import type { Keyring } from "./keyring.ts";
import { limits } from "./limits.ts";
import { receiveParts } from "./pending-upload/receive-parts.ts";
import { servePlayground } from "./playground/playground.ts";
import { buildApiSchema } from "./schema.ts";
import type { Storages } from "./storage-connector/storages.ts";

export type ServerConfig = Pick<
  Config,
  | "corsOrigins"
  | "trashDays"
  | "readAhead"
  | "introspection"
  | "playground"
  | "logLevel"
  | "maxFileSize"
  | "publicUrl"
  | "compile"
  | "writeJson"
> & {
  /** How slow the sender of a file may be, when not as `limits.ts` has it. */
  pace?: Pace;
  /** Milliseconds in which any other body must have arrived, when not as `limits.ts` has it. */
  deadline?: number;
  /** How often a query is asked for before it is compiled, when not as `limits.ts` has it. */
  compileAfter?: number;
};

/** What a server works with beside its database. */
export interface ServerParts {
  keyring: Keyring;
  storages: Storages;
  /** Looks for bytes to read at once; other processes may do that in its place. */
  verifier?: Pick<Verifier, "soon">;
}

/** The HTTP server, ready to listen: `/graphql`, `/health` and the playground. Holds no state between requests. */
export async function createServer(
  config: ServerConfig,
  db: DataSource,
  { keyring, storages, verifier }: ServerParts,
): Promise<FastifyInstance> {
  const app = fastify({
    logger: { level: config.logLevel, serializers: { err: describeError } },
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: limits.body,
    requestTimeout: 0, // the request that brings a file may take hours; see `deadline.ts`
    http: { headersTimeout: limits.request },
    forceCloseConnections: "idle",
    return503OnClosing: false, // a request that came before the last connection closed is answered
    frameworkErrors: (_error, request, reply) => answerBadUrl(request, reply),
    clientErrorHandler: (error, socket) => endGently(socket, rawError(error)),
  });
  app.removeContentTypeParser("text/plain");
  answerErrorsAsGraphQL(app);
  let closing = false;
  app.addHook("preClose", async () => {
    closing = true;
  });
  app.addHook("onRequest", ({ raw }, _reply, done) => {
    setDeadline(raw, config.deadline);
    done();
  });
  app.addHook("onSend", (request, reply, _payload, done) => {
    reply.headers({ "x-request-id": request.id, "x-content-type-options": "nosniff" });
    const early = isEarly(request.raw);
    if (early) stopReading(request.raw);
    // A client that kept its connection would keep the server from stopping.
    if (early || closing) reply.header("connection", "close");
    done();
  });
  // Without an origin that may call, browsers are refused by hearing nothing of it.
  const isCalledByPages = config.corsOrigins.length > 0;
  if (isCalledByPages)
    await app.register(cors, {
      origin: config.corsOrigins,
      methods: ["GET", "HEAD", "POST", "PUT"],
      exposedHeaders: [
        "x-request-id",
        "etag",
        "content-range",
        "content-disposition",
        "accept-ranges",
        "repr-digest",
      ],
      strictPreflight: false, // an OPTIONS that is no preflight is answered like one
      maxAge: 3_600,
    });

  const apollo = createApollo(config, app);
  await apollo.start();
  const contextOf = async (request: FastifyRequest): Promise<Context> => ({
    db,
    keyring,
    storages,
    verifySoon: () => verifier?.soon(),
    baseUrl: config.publicUrl ?? `${request.protocol}://${request.host}`,
    requestId: request.id,
    trashDays: config.trashDays,
    readAhead: config.readAhead,
    maxFileSize: config.maxFileSize,
    viewer: await authenticate(db, request.headers.authorization).catch(databaseError),
  });
  const handler = (request: FastifyRequest, reply: FastifyReply) =>
    answerGraphQL(apollo, request, reply, async () => request.form?.context ?? contextOf(request));
  app.addHook("onClose", () => apollo.stop());
  await app.register(async (scope) => {
    acceptMultipart(scope, contextOf, config.pace);
    scope.route({ method: ["GET", "POST"], url: "/graphql", handler });
  });
  sendFiles(app, { db, keyring, storages });
  await receiveParts(app, { db, keyring, storages, pace: config.pace });
  if (config.playground) await servePlayground(app);
  app.get("/health", async (_request, reply) => {
    const alive = await db.query("select 1").then(
      () => true,
      () => false,
    );
    return reply.code(alive ? 200 : 503).send({ status: alive ? "ok" : "database unreachable" });
  });
  return app;
}

function createApollo(config: ServerConfig, app: FastifyInstance): ApolloServer<Context> {
  const schema = buildApiSchema();
  const report: Report = (err, { operation }, { requestId }) => {
    const fields = operation.selectionSet.selections.flatMap((each) =>
      "name" in each ? each.name.value : [],
    );
    app.log.error({ err, requestId, fields }, "an answer could not be written");
  };
  const { compileAfter: after, writeJson: write } = config;
  return new ApolloServer<Context>({
    ...(config.compile ? { gateway: executingGateway(schema, { after, write, report }) } : { schema }),
    stringifyResult: writeAnswer,
    introspection: config.introspection,
    // It would refuse urql's GETs, which carry no header of their own, and protect nothing: the only credential is the
    // Authorization header, which no browser sends by itself; a GET cannot change anything; a POST has to be JSON, or
    // to come with a token.
    csrfPrevention: false,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: !config.introspection,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: limits.tokens },
    validationOptions: { maxErrors: limits.validationErrors },
    formatError,
    logger: app.log,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      errorPlugin((error, requestId) => app.log.error({ err: error, requestId }, "unexpected error")),
      queryLimits(schema),
    ],
  });
}

/** What the log keeps of an error: a failed statement's own text and parameters can hold what users typed. */
function describeError(error: Error & { code?: string; driverError?: { code?: string } }) {
  return {
    type: error.name,
    message: error.message,
    code: error.code ?? error.driverError?.code,
    stack: error.stack ?? "",
  };
}

/** When the database is away, this request has no viewer; a root field says so, and introspection still works. */
function databaseError(error: unknown): Error {
  const translated = translateDatabaseError(error);
  return translated instanceof Error ? translated : new Error("Unexpected", { cause: translated });
}
