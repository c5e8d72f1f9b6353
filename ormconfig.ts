import { createDataSource } from "./src/data-source.ts";

/** The data source of TypeORM's command line; the server makes its own from its configuration. */
export default createDataSource(process.env.DATABASE_URL ?? "");
