import { type ApolloServer, HeaderMap, type HTTPGraphQLRequest } from "@apollo/server";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Context } from "../context.ts";

/** Has Apollo answer a request, and hands it no more of the request than it reads. */
export async function answerGraphQL(
  apollo: ApolloServer<Context>,
  request: FastifyRequest,
  reply: FastifyReply,
  context: () => Promise<Context>,
): Promise<string> {
  const httpGraphQLRequest = graphQLRequest(request);
  const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context });
  if (body.kind !== "complete") throw new Error("No operation of this schema is answered in parts.");
  reply.code(status ?? 200);
  for (const [name, value] of headers) reply.header(name, value);
  return body.string;
}

function graphQLRequest({
  method,
  url,
  headers,
  body,
  protocol,
  hostname,
}: FastifyRequest): HTTPGraphQLRequest {
  const read = new HeaderMap();
  for (const name of ["accept", "content-type"] as const) {
    const value = headers[name];
    if (value) read.set(name, value);
  }
  // Only a GET has its operation in its address; there has to be one, as in any URL.
  const search = method === "GET" ? new URL(url, `${protocol}://${hostname}/`).search : "";
  return { method, headers: read, search, body };
}
