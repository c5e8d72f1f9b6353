import { blobSql } from "../blob/blob.ts";
import type { Role } from "../member/role.ts";
import { objectJson, type WriteJson } from "../read-ahead/json.ts";
import { permissionsSql } from "../viewer-permissions.ts";
import { FileStatus, statusSql } from "./file-status.ts";

/** How PostgreSQL writes permissions to a file, which depend on the viewer's role and on whether it is READY. */
export function byRoleAndStatus<Action extends string>(
  permissionsOf: (role: Role, status: FileStatus) => { [action in Action]: boolean },
): WriteJson {
  return (file, asked) => {
    const ready = permissionsSql((role) => permissionsOf(role, FileStatus.READY));
    const other = permissionsSql((role) => permissionsOf(role, FileStatus.CORRUPT));
    const isReady = `${statusSql(blobSql(file))} = 'READY'`;
    const sql = Object.entries(ready).map(([action, allowed]) => [
      action,
      allowed === other[action] ? allowed : `case when ${isReady} then ${allowed} else ${other[action]} end`,
    ]);
    return objectJson(asked, Object.fromEntries(sql));
  };
}
