import { registerEnumType } from "type-graphql";
import type { Blob } from "../blob/blob.ts";
import type { At } from "../read-ahead/draft.ts";

export enum FileStatus {
  VERIFYING = "VERIFYING",
  READY = "READY",
  CORRUPT = "CORRUPT",
}

registerEnumType(FileStatus, {
  name: "FileStatus",
  description: "Whether a file's bytes are what they should be.",
  valuesConfig: {
    VERIFYING: {
      description:
        "All parts have arrived, and the registry is reading them; it cannot be downloaded or copied yet.",
    },
    READY: { description: "The registry has read the bytes, and has their digest." },
    CORRUPT: {
      description:
        "The bytes are not what they should be, or are gone; it cannot be downloaded or copied. Upload it again.",
    },
  },
});

export function statusOf({ state }: Blob): FileStatus {
  if (state === "READY") return FileStatus.READY;
  return state === "VERIFYING" ? FileStatus.VERIFYING : FileStatus.CORRUPT;
}

/** What `statusOf` tells, in SQL. */
export function statusSql(blob: At): string {
  return `case when ${blob("state")} in ('READY', 'VERIFYING') then ${blob("state")} else 'CORRUPT' end`;
}
