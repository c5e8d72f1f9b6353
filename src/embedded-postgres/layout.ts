import { join, resolve } from "node:path";

/** Where things are below the directory that the caller names. */
export interface Layout {
  directory: string;
  /** Appears by one rename once initdb has succeeded: it is complete, or it is not there. */
  cluster: string;
  data: string;
  password: string;
  log: string;
  /** Held by the Node process that owns the directory. */
  serverLock: string;
  /** Held by every PostgreSQL process of the directory: they inherit it. */
  postgresLock: string;
}

export const newClusterPrefix = "initdb-";

export function layoutOf(directory: string): Layout {
  const root = resolve(directory);
  return {
    directory: root,
    ...clusterLayout(join(root, "cluster")),
    log: join(root, "postgres.log"),
    serverLock: join(root, "server.lock"),
    postgresLock: join(root, "postgres.lock"),
  };
}

export function clusterLayout(cluster: string): Pick<Layout, "cluster" | "data" | "password"> {
  return { cluster, data: join(cluster, "data"), password: join(cluster, "password") };
}
