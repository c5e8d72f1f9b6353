import pg from "pg";
import { DataSource, type Logger, QueryFailedError } from "typeorm";
import { ApiToken } from "./api-token/api-token.ts";
import { Artifact } from "./artifact/artifact.ts";
import { ExperimentBaseFile } from "./artifact/experiment-base-file.ts";
import { Blob } from "./blob/blob.ts";
import { BlobParts } from "./blob/blob-parts.ts";
import { BlobRelease } from "./blob/blob-release.ts";
import { ConfigError } from "./config.ts";
import { Dataset } from "./dataset/dataset.ts";
import { DatasetLabel } from "./dataset-version/dataset-label.ts";
import { DatasetVersion } from "./dataset-version/dataset-version.ts";
import { DockerImage } from "./docker-image/docker-image.ts";
import { Experiment } from "./experiment/experiment.ts";
import { ExperimentDatasetVersion } from "./experiment/experiment-dataset-version.ts";
import { ExperimentDockerImage } from "./experiment/experiment-docker-image.ts";
import { ExperimentLabel } from "./experiment/experiment-label.ts";
import { ExperimentParameter } from "./experiment/experiment-parameter.ts";
import { ExperimentMetric, MetricPoint } from "./experiment-metric/experiment-metric.ts";
import { IdempotencyKey } from "./idempotency-key/idempotency-key.ts";
import { Invitation } from "./invitation/invitation.ts";
import { Label } from "./label/label.ts";
import { limits } from "./limits.ts";
import { Member } from "./member/member.ts";
import { migrations } from "./migrations/migrations.ts";
import { Model } from "./model/model.ts";
import { ModelFile } from "./model-file/model-file.ts";
import { ModelVersion } from "./model-version/model-version.ts";
import { PostgresNaming } from "./naming.ts";
import { Organization } from "./organization/organization.ts";
import { Parameter } from "./parameter/parameter.ts";
import { PendingUpload } from "./pending-upload/pending-upload.ts";
import { Client, PreparingClient } from "./postgres/client.ts";
import { Pool } from "./postgres/pool.ts";
import { PreviousAddress } from "./previous-address/previous-address.ts";
import {
  Metric,
  SourceDatasetVersion,
  SourceExperiment,
  SourceLabel,
  TrainingParameter,
} from "./source-experiment/source-experiment.ts";
import { StorageConnector } from "./storage-connector/storage-connector.ts";
import { TrashEntry } from "./trash/trash-entry.ts";
import { User } from "./user/user.ts";

/** The tables of the registry. A new noun adds its entity here and its resolver in `schema.ts`. */
const entities = [
  Organization,
  User,
  Member,
  ApiToken,
  Invitation,
  IdempotencyKey,
  TrashEntry,
  Model,
  ModelVersion,
  PreviousAddress,
  Label,
  Parameter,
  DockerImage,
  StorageConnector,
  Blob,
  BlobParts,
  BlobRelease,
  ModelFile,
  PendingUpload,
  SourceExperiment,
  TrainingParameter,
  Metric,
  SourceDatasetVersion,
  SourceLabel,
  Dataset,
  DatasetVersion,
  DatasetLabel,
  Experiment,
  ExperimentDatasetVersion,
  ExperimentLabel,
  ExperimentParameter,
  ExperimentDockerImage,
  ExperimentMetric,
  MetricPoint,
  Artifact,
  ExperimentBaseFile,
];

/** Sizes of files are whole numbers below 2^53; the driver would give them as text. */
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

export interface DataSourceOptions {
  poolSize?: number;
  /** Whether statements are prepared once on each connection; see `postgres/client.ts`. */
  preparedStatements?: boolean;
  /** Whether packets may follow one another on a connection; see `postgres/pipeline.ts`. */
  pipelines?: boolean;
  /** Told of each statement; tests count them. */
  logger?: Logger;
}

/** The connection pool of one process to a PostgreSQL of version 15 or later. */
export function createDataSource(
  url: string,
  { poolSize = 10, preparedStatements = true, pipelines = true, logger }: DataSourceOptions = {},
) {
  return new DataSource({
    type: "postgres",
    url,
    driver: { ...pg, Pool },
    entities,
    migrations,
    namingStrategy: new PostgresNaming(),
    synchronize: false,
    migrationsTransactionMode: "each",
    applicationName: "model-registry",
    poolSize,
    connectTimeoutMS: limits.connect,
    // A connection that nobody uses has broken, as all do when PostgreSQL stops; the pool opens another when needed.
    poolErrorHandler: () => {},
    ...(logger && { logger, logging: ["query"] }),
    extra: {
      Client: preparedStatements ? PreparingClient : Client,
      packets: pipelines ? limits.pipelinePackets : { reads: 1, writes: 1 },
      statement_timeout: limits.statement,
      idle_in_transaction_session_timeout: limits.statement,
      keepAlive: true,
    },
  });
}

/** @throws ConfigError when PostgreSQL cannot be reached with this URL, or is too old */
export async function connect(url: string, options: DataSourceOptions): Promise<DataSource> {
  const db = createDataSource(url, options);
  try {
    await db.initialize();
  } catch (error) {
    const cause = error instanceof QueryFailedError ? error.driverError : error;
    const reason =
      cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : String(cause);
    throw new ConfigError(`DATABASE_URL: expected a PostgreSQL that can be reached, got: ${reason}`);
  }
  const [{ number, version }]: [{ number: number; version: string }] = await db.query(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as version`,
  );
  if (number >= 150_000) return db;
  await db.destroy();
  throw new ConfigError(`DATABASE_URL: expected PostgreSQL 15 or later, got ${version}.`);
}
