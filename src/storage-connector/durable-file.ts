import { type FileHandle, mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { StorageError } from "./storage.ts";

/** Bytes that are collected before they are written: so many that a write is worth its way to the disk and back. */
const bufferSize = 1024 * 1024;

/** Bytes that are left to the kernel before they are sent to the disk, while more come: so few are waited for in the end. */
const dirtyAtMost = 16 * bufferSize;

/** Writes all bytes into a new file; when it returns they would survive a power failure. Its name would not yet: see `syncFolder`. */
export async function writeNewFile(
  path: string,
  bytes: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<number> {
  const file = await onDisk(() => open(path, "wx", 0o600));
  try {
    const size = await writeAll(file, bytes);
    // Never again after a failure: the kernel tells it once, and has dropped what it could not write.
    await onDisk(() => file.sync());
    return size;
  } finally {
    await onDisk(() => file.close());
  }
}

/** Two buffers take turns: while one is written, the other is filled. */
async function writeAll(file: FileHandle, bytes: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<number> {
  let [filling, spare] = [Buffer.allocUnsafe(bufferSize), Buffer.allocUnsafe(bufferSize)];
  let [filled, written, synced] = [0, 0, 0];
  let [writing, syncing] = [Promise.resolve(), Promise.resolve()];
  const turn = async () => {
    await writing;
    const full = filling.subarray(0, filled);
    writing = onDisk(() => writeWhole(file, full, written));
    writing.catch(() => {}); // told by the next turn
    written += filled;
    [filling, spare, filled] = [spare, filling, 0];
  };
  const sync = async () => {
    await syncing;
    syncing = onDisk(() => file.datasync());
    syncing.catch(() => {}); // told by the next one
    synced = written;
  };
  try {
    for await (const chunk of bytes)
      for (let from = 0; from < chunk.length; ) {
        const taken = chunk.copy(filling, filled, from);
        filled += taken;
        from += taken;
        if (filled === bufferSize) await turn();
        if (written - synced >= dirtyAtMost) await sync();
      }
    if (filled > 0) await turn();
  } finally {
    await Promise.all([writing, syncing]);
  }
  return written;
}

/** A disk that is nearly full takes a part of a write, and refuses the next one. */
async function writeWhole(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
}

/** Folders that this process knows to be durable, with all above them. */
const durableFolders = new Set<string>();

/** Makes a folder, and those above it, so that their names would survive a power failure. `root` is the highest that may be new to another process. */
export async function makeFolder(path: string, root: string): Promise<void> {
  const made = await mkdir(path, { recursive: true, mode: 0o700 });
  if (made === undefined && durableFolders.has(path)) return;
  const top = made !== undefined && made.length < root.length ? made : root;
  for (let each = path; each.length >= top.length; each = dirname(each)) await syncFolder(dirname(each));
  durableFolders.add(path);
}

/** Makes the names in a folder survive a power failure. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Gives a file or folder its final name, durably; and the former one back when that fails: what came in parts is there only once. */
export async function publish(from: string, to: string): Promise<void> {
  await rename(from, to);
  try {
    await syncFolder(dirname(to));
  } catch (error) {
    await rename(to, from);
    throw error;
  }
}

const full = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
const forbidden = new Set(["EACCES", "EPERM", "EROFS", "EEXIST", "ENOTEMPTY"]);

/** Does something with the disk, and says of its errors what a client may know. */
export async function onDisk<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    const { code = "", syscall } = error as NodeJS.ErrnoException;
    if (!syscall) throw error;
    const fail = (failure: StorageError["failure"], message: string) =>
      new StorageError(failure, message, { cause: error });
    if (full.has(code)) throw fail("FULL", "The disk is full.");
    if (code === "ENOENT") throw fail("MISSING", "The bytes are not there.");
    if (forbidden.has(code)) throw fail("REFUSED", `The disk answers ${code}.`);
    throw fail("UNAVAILABLE", `The disk answers ${code}.`);
  }
}
