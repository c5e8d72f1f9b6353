import "reflect-metadata";
import { createServer } from "node:http";
import { ApolloServer } from "@apollo/server";
import { expressMiddleware } from "@as-integrations/express5";
import express from "express";
import type pg from "pg";
import { DataSource } from "typeorm";
import type { PostgresDriver } from "typeorm/driver/postgres/PostgresDriver.js";
import { authenticate, databaseUrl, listening, poolSize } from "./serve.ts";
import { entities, naming } from "./tutorial/entities.ts";
import { loaders } from "./tutorial/loaders.ts";
import { type Context, resolvers } from "./tutorial/resolvers.ts";
import { typeDefs } from "./tutorial/schema.ts";

/**
 * Apollo, Express, TypeORM and DataLoader, put together as their introductions do it, and nothing switched on or off: the
 * server that most teams would have after a week.
 */
const db = await new DataSource({
  type: "postgres",
  url: databaseUrl,
  entities,
  namingStrategy: naming,
  poolSize,
}).initialize();
const pool: pg.Pool = (db.driver as PostgresDriver).master;

const apollo = new ApolloServer<Context>({ typeDefs, resolvers });
await apollo.start();
const app = express();
app.use(
  "/graphql",
  express.json(),
  expressMiddleware(apollo, {
    context: async ({ req }) => ({
      db,
      viewer: await authenticate(pool, req.headers.authorization),
      load: loaders(db),
    }),
  }),
);
listening(createServer(app));
