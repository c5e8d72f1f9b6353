import { closeSync, constants, ftruncateSync, openSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { DirectoryInUse, EmbeddedPostgresError } from "./error.ts";
import { run } from "./run.ts";

/*
 * The locks are flock(2). The kernel releases them when the last process that holds the open file is gone,
 * by kill -9 too; they know nothing of pids, so none can be recycled; they hang on the file, so they count
 * between containers that share a volume; and a child inherits them with the descriptor. Node has no call
 * for it: on Linux the flock program takes the lock on a descriptor that it shares with us, and leaves it
 * to us by exiting; macOS takes it while opening.
 */
const O_EXLOCK = 0x20; // macOS

/**
 * Returns the descriptor that holds the lock until it is closed, or undefined when someone else has it.
 * The file is created when missing and never removed: a removed one could be locked by two.
 */
export async function tryLock(file: string): Promise<number | undefined> {
  const flags = constants.O_RDWR | constants.O_CREAT;
  if (process.platform === "darwin") return tryOpenLocked(file, flags | constants.O_NONBLOCK | O_EXLOCK);

  const fd = openSync(file, flags, 0o600);
  try {
    const { status, output } = await run("flock", ["-n", "3"], { inherit: [fd] });
    if (status === 0) return fd;
    if (status !== 1) throw new EmbeddedPostgresError(`Cannot lock ${file}: ${output}`);
  } catch (error) {
    closeSync(fd);
    if (!isMissing(error)) throw error;
    throw new EmbeddedPostgresError(
      "The embedded PostgreSQL needs the flock program (util-linux): install it, or set DATABASE_URL to a " +
        "PostgreSQL of your own",
    );
  }
  closeSync(fd);
  return undefined;
}

/** The lock of the one server that owns the directory. Refused with its pid while that server lives. */
export async function lockForServer(file: string, directory: string): Promise<number> {
  const fd = await tryLock(file);
  if (fd === undefined) {
    throw new DirectoryInUse(
      `${directory} is in use by another server (pid ${await ownerOf(file)}): stop that one, or choose another directory`,
    );
  }
  // Only for the message above: whether there is an owner is known from the lock alone.
  ftruncateSync(fd);
  writeSync(fd, String(process.pid), 0);
  return fd;
}

/** The winner of two starts at the same moment needs an instant to write its pid over the previous one. */
async function ownerOf(file: string): Promise<string> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const pid = Number(await readFile(file, "utf8"));
    if (pid > 0 && isAlive(pid)) return String(pid);
    await delay(10);
  }
  return "unknown, perhaps in another container";
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function tryOpenLocked(file: string, flags: number): number | undefined {
  try {
    return openSync(file, flags, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
