import type { FastifyInstance } from "fastify";

export async function servePlayground(_app: FastifyInstance): Promise<void> {}
