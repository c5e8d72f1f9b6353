import { few, moments } from "../filter.ts";
import { connectionType } from "../page/connection.ts";
import { type Listing, listing } from "../page/page.ts";
import { Experiment } from "./experiment.ts";

export const ExperimentConnection = connectionType(Experiment, "experiments");

const declared: Omit<Listing<Experiment>, "parent"> = {
  type: Experiment,
  orders: {
    NAME: { property: "name", column: "name" },
    CREATED_AT: { property: "createdAt", column: "created_at" },
    UPDATED_AT: { property: "updatedAt", column: "updated_at" },
  },
  filters: {
    name: "r.name",
    projectName: { column: "r.project_name", nullable: true },
    status: few("r.status"),
    type: few("r.type"),
    createdBy: { column: "r.created_by_id", idOf: "User" },
    ...moments,
  },
};

export const experimentsOfOrganization = listing({ ...declared, parent: "organization_id" });

export const experimentsOfBase = listing({ ...declared, parent: "base_model_version_id" });

/** However many aliases it has in an experiment. */
export const experimentsOfDatasetVersion = listing({
  ...declared,
  parent: (id) => `exists (
    select from experiment_dataset_version u where u.experiment_id = r.id and u.dataset_version_id = ${id})`,
});
