import { versionListing } from "../model-version/list-model-versions.ts";
import { listing } from "../page/page.ts";

/** The versions whose source experiment used a dataset version. */
export const versionsTrainedOn = listing({
  ...versionListing,
  parent: (id) => `exists (
    select from source_dataset_version s where s.model_version_id = r.id and s.dataset_version_id = ${id})`,
});
