import type { IncomingHttpHeaders } from "node:http";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { discardBlob } from "../../blob/discard-blob.ts";
import { type Staging, stageBlob } from "../../blob/stage-blob.ts";
import { type Context, viewerOf } from "../../context.ts";
import { apiError } from "../../errors.ts";
import { may, neededRole } from "../../permissions.ts";
import { liftDeadline } from "../deadline.ts";
import { type Pace, stallTimer } from "../stall-timer.ts";
import { Form } from "./form.ts";
import { readHead } from "./read-head.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Where the body is a multipart request; its context is that of the operation in it. */
    form: { form: Form; context: Context; ended: AbortController } | null;
  }
}

/**
 * Takes GraphQL multipart requests on the routes of this scope. Nobody may make the server read a file who could not add
 * one: so a request comes with its token, and is refused before its body is read.
 */
export function acceptMultipart(
  scope: FastifyInstance,
  contextOf: (request: FastifyRequest) => Promise<Context>,
  pace?: Pace,
): void {
  scope.decorateRequest("form", null);
  scope.addContentTypeParser("multipart/form-data", async (request: FastifyRequest) => {
    const context = await contextOf(request);
    checkRole(context);
    const { raw, headers } = request;
    liftDeadline(raw);
    const chunks = stallTimer(raw.iterator({ destroyOnReturn: false }), pace);
    const head = await readHead(headers, chunks, jsonParser(scope, request));
    const ended = new AbortController();
    const staging = { sizeHint: sizeOf(headers), wanted: ended.signal };
    const form = new Form(head.files.keys(), { headers, ...formOptions(context, staging) });
    request.form = { form, context, ended };
    return form.open(head, chunks);
  });
  scope.addHook("onSend", ({ form: opened }, _reply, _payload, done) => {
    if (!opened) return done();
    const end = async () => {
      await opened.form.end();
      opened.ended.abort();
    };
    end().then(() => done(), done);
  });
}

function checkRole(context: Context): void {
  const { role } = viewerOf(context);
  if (may(role, field)) return;
  const message = `A multipart request needs the role ${neededRole(field)}; this API token has ${role}.`;
  throw apiError("FORBIDDEN", message);
}

const field = "Mutation.createModelFile";

function formOptions(context: Context, staging: Staging) {
  const { db, storages, maxFileSize } = context;
  const { organizationId } = viewerOf(context);
  return {
    maxFileSize,
    stage: (bytes: AsyncIterable<Buffer>) => stageBlob(db, storages, organizationId, bytes, staging),
    discard: ({ id }: { id: string }) => discardBlob(db, storages, id),
  };
}

/** The size of the body, where the client says it: no file in it has more. */
function sizeOf({ "content-length": length }: IncomingHttpHeaders): number | undefined {
  return length === undefined ? undefined : Number(length);
}

/** The parser of all other requests, which refuses poisoned prototypes. */
function jsonParser(scope: FastifyInstance, request: FastifyRequest): (text: string) => unknown {
  const parse = scope.getDefaultJsonParser("error", "error");
  return (text) => {
    let parsed: unknown;
    parse(request, text, (error, value) => {
      if (error) throw error;
      parsed = value;
    });
    return parsed;
  };
}
