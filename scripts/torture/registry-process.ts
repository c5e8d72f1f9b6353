import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { postmasterPid, until, urlOf } from "../../test/support/embedded-cluster.ts";
import { type Data, sender } from "../../test/support/send.ts";
import { collect, listening, runProgram, type ServerProcess } from "../server-process.ts";

/** The built server with an embedded PostgreSQL, in a folder of its own that is gone afterwards. */
export class RegistryProcess {
  readonly dataDir = mkdtempSync(join(tmpdir(), "registry-torture-"));
  readonly filesDir = join(this.dataDir, "files");
  readonly #env: Record<string, string>;
  readonly #postgres = join(this.dataDir, "postgres");
  #server: ServerProcess | undefined;

  constructor(env: Record<string, string> = {}) {
    this.#env = { DATA_DIR: this.dataDir, PORT: "0", ...env };
  }

  async start(): Promise<void> {
    this.#server = await listening(this.#run());
  }

  /** Begins to start, and is killed at that after some milliseconds. */
  async startInVain(milliseconds: number): Promise<void> {
    const child = this.#run();
    const exited = once(child, "exit");
    await delay(milliseconds);
    child.kill("SIGKILL");
    await exited;
  }

  async stop(): Promise<void> {
    await this.#server?.end();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** Resolves when the server has ended, killed or not. */
  async ended(): Promise<void> {
    const { process } = this.server;
    if (process.exitCode === null && process.signalCode === null) await once(process, "exit");
  }

  async killServer(): Promise<void> {
    await this.server.end("SIGKILL");
  }

  /** @returns when the server has started another one. */
  async killPostgres(): Promise<void> {
    const killed = this.signalPostgres();
    await until(() => ![killed, Number.NaN].includes(postmasterPid(this.#postgres)));
  }

  signalPostgres(): number {
    const pid = postmasterPid(this.#postgres);
    process.kill(pid, "SIGKILL");
    return pid;
  }

  /** Sweeps by hand beside the server. @returns what it prints; it may have been killed */
  async sweep(env: Record<string, string> = {}): Promise<{ code: number | null; output: string }> {
    const child = runProgram("dist/admin.js", { DATA_DIR: this.dataDir, ...env }, ["sweep"], ".");
    const output = collect(child);
    const [code] = await once(child, "close");
    return { code, output: output() };
  }

  get server(): ServerProcess {
    if (!this.#server) throw new Error("The server has not been started.");
    return this.#server;
  }

  /** `…/graphql` of the server that runs at the moment. */
  get url(): string {
    return this.server.url;
  }

  get databaseUrl(): string {
    return urlOf(this.#postgres);
  }

  get token(): string {
    return readFileSync(join(this.dataDir, "owner-token"), "utf8").trim();
  }

  /** Sends an operation as the owner and gives its data; an error is one of the scenario. */
  async ask(document: string, variables?: object): Promise<Data> {
    const { body } = await sender(this.url, this.token)(document, variables);
    if (body.errors) throw new Error(JSON.stringify(body.errors));
    return body.data;
  }

  #run() {
    return runProgram("dist/main.js", this.#env, ["--embedded"], ".");
  }
}
