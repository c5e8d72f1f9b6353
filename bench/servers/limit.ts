import { createServer, type IncomingMessage } from "node:http";
import pg from "pg";
import { pathOf } from "../scenario.ts";
import { scenarios } from "../scenarios/scenarios.ts";
import { giveFile, takeFile } from "./limit-files.ts";
import { authenticate, databaseUrl, listening, poolSize } from "./serve.ts";

/**
 * The least that a server can do: the path names a prepared statement, the body is its parameters, and what PostgreSQL
 * answers is the text that is sent. The first parameter is the viewer's organization. Files it takes and gives back, from all.
 */
const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize });
const statements = new Map<string, string>();
for (const scenario of scenarios)
  if (!("parts" in scenario)) statements.set(pathOf(scenario), scenario.questions.limit.text);

const server = createServer(async (request, response) => {
  try {
    if (request.url === "/file")
      return request.method === "GET" ? await giveFile(response) : await takeFile(request, response);
    const [viewer, values] = [await authenticate(pool, request.headers.authorization), await bodyOf(request)];
    const name = request.url ?? "";
    const text = statements.get(name) ?? "";
    const { rows } = await pool.query({
      name,
      text,
      values: [viewer.organization_id, ...values],
      rowMode: "array",
    });
    response.setHeader("content-type", "application/json").end(rows[0]?.[0]);
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
listening(server);

async function bodyOf(request: IncomingMessage): Promise<unknown[]> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return JSON.parse(text);
}
