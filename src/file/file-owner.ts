import type { EntityManager } from "typeorm";
import type { Context } from "../context.ts";
import type { Viewer } from "../viewer/viewer.ts";

export interface NewFile {
  id: string;
  name: string;
  filename: string;
  contentType: string | null;
  blobId: string;
  /** Whether it takes the place of a file that has the name. */
  replace: boolean;
}

/** What files hang on, and how one is added to it: there is one for versions, and one for experiments. */
export interface FileOwner {
  /** The type of the owner, and the argument by which a client names it. */
  type: string;
  argument: string;
  /** The type of its files. */
  fileType: string;
  /** Has nobody else add files until the transaction ends. @throws Refusal NOT_FOUND at `field` */
  lock(tx: EntityManager, viewer: Viewer, uuid: string, field: string[]): Promise<unknown>;
  /** Refuses before the bytes have come what would be refused then: nobody sends gigabytes for nothing. The owner is locked. */
  foresee(
    tx: EntityManager,
    viewer: Viewer,
    uuid: string,
    file: Pick<NewFile, "name" | "replace">,
  ): Promise<void>;
  /** Adds a file. @throws Refusal at the argument; TAKEN at `input.name` */
  add(tx: EntityManager, context: Context, uuid: string, file: NewFile): Promise<void>;
}
