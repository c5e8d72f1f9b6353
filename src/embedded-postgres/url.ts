export const superuser = "registry";

/** The database that is ours alone in the cluster. */
export const database = "registry";

export function urlAt(port: number, password: string, name = database): string {
  return `postgres://${superuser}:${password}@127.0.0.1:${port}/${name}?sslmode=disable`;
}
