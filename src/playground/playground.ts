import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import fastifyStatic from "@fastify/static";
import { getDistDirectory, renderAltair } from "altair-static";
import type { FastifyInstance } from "fastify";
import { examples } from "./operations.ts";

export async function servePlayground(app: FastifyInstance): Promise<void> {
  const { version } = createRequire(import.meta.url)("altair-static/package.json") as { version: string };
  const assets = `/playground/${version}/`;
  app.addConstraintStrategy({
    name: "opens",
    storage: () => {
      const m = new Map();
      return { get: (k) => m.get(k) ?? null, set: (k, v) => void m.set(k, v) };
    },
    deriveConstraint: (req) =>
      req.headers.accept?.includes("text/html") &&
      !new URL(req.url ?? "", "http://x").searchParams.has("query")
        ? "page"
        : undefined,
  });
  await app.register(fastifyStatic, {
    root: getDistDirectory(),
    prefix: assets,
    index: false,
    decorateReply: false,
    immutable: true,
    maxAge: "365d",
  });
  app.get("/graphql", { constraints: { opens: "page" } }, async (_request, reply) => {
    const nonce = randomBytes(16).toString("base64");
    reply.headers({
      "cache-control": "no-store",
      vary: "accept",
      "content-security-policy": `default-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'; connect-src 'self'; font-src 'self'; img-src 'self' data:; script-src 'self' 'nonce-${nonce}'; style-src 'self' 'nonce-${nonce}'; worker-src 'self'; frame-src 'self'`,
    });
    return reply.type("text/html; charset=utf-8").send(
      renderAltair({
        baseURL: assets,
        cspNonce: nonce,
        endpointURL: "/graphql",
        initialHeaders: { Authorization: "Bearer {{token}}" },
        initialEnvironments: {
          activeSubEnvironment: "token",
          subEnvironments: [
            { id: "token", title: "Token: paste it here", variables: { token: "paste-your-token-here" } },
          ],
        },
        initialWindows: examples.map(({ title, operation, variables }) => ({
          initialName: title,
          endpointURL: "/graphql",
          initialQuery: operation,
          initialVariables: JSON.stringify(variables, null, 2),
          initialHeaders: { Authorization: "Bearer {{token}}" },
        })),
        initialSettings: {
          "schema.reloadOnStart": true,
          "banners.disable": true,
          "alert.disableUpdateNotification": true,
          disablePushNotification: true,
        },
        disableAccount: true,
        instanceStorageNamespace: "model_registry_",
      }),
    );
  });
}
