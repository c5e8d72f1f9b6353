import { few, moments } from "../filter.ts";
import { connectionType } from "../page/connection.ts";
import { type Listing, listing } from "../page/page.ts";
import { live } from "../trash/trash-entry.ts";
import { ModelVersion } from "./model-version.ts";

export const ModelVersionConnection = connectionType(ModelVersion, "versions");

/** What all lists of versions share. */
export const versionListing: Omit<Listing<ModelVersion>, "parent"> = {
  type: ModelVersion,
  base: live,
  orders: {
    VERSION: { property: "version", column: "version" },
    NAME: { property: "name", column: "name" },
    CREATED_AT: { property: "createdAt", column: "created_at" },
    UPDATED_AT: { property: "updatedAt", column: "updated_at" },
  },
  filters: {
    name: "r.name",
    type: few("r.type"),
    framework: { ...few("r.framework"), nullable: true },
    trainable: few("r.trainable"),
    deployable: few("r.deployable"),
    createdBy: { column: "r.created_by_id", idOf: "User" },
    ...moments,
  },
};

export const versionsOfOrganization = listing({ ...versionListing, parent: "organization_id" });

export const versionsOfModel = listing({ ...versionListing, parent: "model_id" });
