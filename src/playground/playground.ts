import { createRequire } from "node:module";
import fastifyStatic from "@fastify/static";
import { getDistDirectory, type RenderOptions, renderAltair } from "altair-static";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { examples } from "./examples.ts";

const { version } = createRequire(import.meta.url)("altair-static/package.json") as { version: string };

/** Named after the version, because browsers keep the files for good. */
const assets = `/playground/${version}/`;
const settings = "/playground/settings.js";

const tokenTitle = "Paste your token here";
const tokenHint = `# First: "${tokenTitle}" at the top right, then "Environments...".`;

const pageHeaders = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self' 'unsafe-inline'", // Altair's components bring their own styles
    "font-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cache-control": "no-cache",
  vary: "accept",
};

/**
 * Serves Altair, a GraphQL client, to browsers that open `/graphql`. All that it needs comes from this server,
 * and the token that people paste into it stays in their browser.
 */
export async function servePlayground(app: FastifyInstance): Promise<void> {
  const page = renderAltair({ baseURL: assets, serveInitialOptionsInSeperateRequest: settings }).replace(
    "<title>Altair</title>",
    "<title>Model registry</title>",
  );
  const script = settingsScript();

  app.addHook("onRequest", async (request, reply) => {
    if (opensPage(request)) return reply.headers(pageHeaders).type("text/html; charset=utf-8").send(page);
  });
  app.get(settings, async (_request, reply) =>
    reply.header("cache-control", "no-cache").type("text/javascript; charset=utf-8").send(script),
  );
  await app.register(fastifyStatic, {
    root: getDistDirectory(),
    prefix: assets,
    index: false,
    decorateReply: false,
    // A route for each file and no other. Not for pages: one of them runs scripts that any other site may post to it.
    wildcard: false,
    globIgnore: ["**/*.html"],
    immutable: true,
    maxAge: "365d",
  });
}

/** Whether a person opens the address, which no GraphQL client asks for as a page. */
function opensPage(request: FastifyRequest): boolean {
  return (
    request.method === "GET" &&
    request.routeOptions.url === "/graphql" &&
    (request.headers.accept ?? "").includes("text/html") &&
    !new URL(request.url, "http://registry").searchParams.has("query")
  );
}

/** Altair wants absolute URLs, which only the browser knows: the API is where the page is. */
function settingsScript(): string {
  return `const endpointURL = location.origin + location.pathname;
const options = ${JSON.stringify(altairOptions())};
const initialWindows = options.initialWindows.map((window) => ({ ...window, endpointURL }));
AltairGraphQL.init({ ...options, endpointURL, initialWindows });
`;
}

function altairOptions(): RenderOptions {
  const authorization = { type: "bearer" as const, data: { token: "{{token}}" } };
  return {
    instanceStorageNamespace: "model_registry_",
    initialAuthorization: authorization,
    initialEnvironments: {
      activeSubEnvironment: "token",
      subEnvironments: [{ id: "token", title: tokenTitle, variables: { token: "paste-your-token-here" } }],
    },
    initialWindows: examples.map(({ title, operation, variables, withoutToken }) => ({
      initialName: title,
      initialQuery: withoutToken ? `${operation}\n` : `${tokenHint}\n\n${operation}\n`,
      initialVariables: JSON.stringify(variables, null, 2),
      initialAuthorization: withoutToken ? { type: "none" as const, data: undefined } : authorization,
    })),
    initialSettings: {
      theme: "light",
      "theme.dark": "dark", // for those whose system is dark
      "schema.reloadOnStart": true,
      "alert.disableUpdateNotification": true,
      "banners.disable": true,
      disablePushNotification: true,
    },
    disableAccount: true,
  };
}
