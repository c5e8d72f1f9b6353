import { type Config, ConfigError } from "./config.ts";
import { EmbeddedPostgresError } from "./embedded-postgres/error.ts";

/**
 * What is printed when the server is ready. The token is shown when it was made just now, and only on a terminal:
 * elsewhere what is printed is kept as a log.
 */
export function welcome(
  address: string,
  config: Config,
  first: { token: string; file: string } | null,
  onTerminal: boolean,
): string {
  const lines = [`The model registry listens at ${address}/graphql`];
  if (config.playground) lines.push(`Playground: ${address}/graphql in a browser`);
  if (first && !onTerminal)
    lines.push(`The API token of the first owner is in ${first.file}, which only you can read.`);
  if (!first || !onTerminal) return `${lines.join("\n")}\n`;
  const box = [
    "This is the API token of the first owner. It is shown only now.",
    "",
    `  ${first.token}`,
    "",
    "Send it with every request, as the header",
    "  Authorization: Bearer <the token>",
    "or paste it into the playground. It can do everything: keep it secret.",
    `Only you can read it again, in ${first.file}`,
    `\`${config.port === 4000 ? "" : `REGISTRY_URL=${address}/graphql `}npm run demo\`, in another terminal, fills the registry with examples.`,
  ];
  const width = Math.max(...box.map((line) => line.length));
  const rule = "─".repeat(width + 2);
  return [`┌${rule}┐`, ...box.map((line) => `│ ${line.padEnd(width)} │`), `└${rule}┘`, ...lines, ""].join(
    "\n",
  );
}

/** Why the server cannot start, on one line when it is something that the person at the keyboard can mend. */
export function describeFailure(error: unknown): string {
  if (error instanceof ConfigError || error instanceof EmbeddedPostgresError) return error.message;
  const { code, syscall, port, path } = error as NodeJS.ErrnoException & { port?: number };
  if (code === "EADDRINUSE") return `PORT: expected a free port, got ${port}, which another program uses.`;
  if (syscall === "listen" || syscall === "getaddrinfo")
    return `HOST and PORT: expected an address to listen at, got ${code}.`;
  if (path) return `DATA_DIR: expected a folder that can be written to, got ${code} for ${path}.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
