import { FirstTables1795436412538 } from "./1795436412538-first-tables.ts";
import { DerivedColumns1795436500000 } from "./1795436500000-derived-columns.ts";
import { People1795520000000 } from "./1795520000000-people.ts";
import { ModelRevision1795520100000 } from "./1795520100000-model-revision.ts";
import { SealedVariables1795531000000 } from "./1795531000000-sealed-variables.ts";
import { Trash1795541000000 } from "./1795541000000-trash.ts";
import { Files1795610000000 } from "./1795610000000-files.ts";
import { Experiments1795620000000 } from "./1795620000000-experiments.ts";
import { SourceExperiments1795630000000 } from "./1795630000000-source-experiments.ts";
import { Artifacts1795640000000 } from "./1795640000000-artifacts.ts";
import { ListIndexes1795650000000 } from "./1795650000000-list-indexes.ts";
import { AccessAtCommit1795651000000 } from "./1795651000000-access-at-commit.ts";
import { FrozenResults1795652000000 } from "./1795652000000-frozen-results.ts";
import { CountedByKey1795653000000 } from "./1795653000000-counted-by-key.ts";
import { UpdatedAfterCreation1795654000000 } from "./1795654000000-updated-after-creation.ts";

/** All migrations, oldest first. A new one is added at the end; one that has been released is never edited. */
export const migrations = [
  FirstTables1795436412538,
  DerivedColumns1795436500000,
  People1795520000000,
  ModelRevision1795520100000,
  SealedVariables1795531000000,
  Trash1795541000000,
  Files1795610000000,
  Experiments1795620000000,
  SourceExperiments1795630000000,
  Artifacts1795640000000,
  ListIndexes1795650000000,
  AccessAtCommit1795651000000,
  FrozenResults1795652000000,
  CountedByKey1795653000000,
  UpdatedAfterCreation1795654000000,
];
