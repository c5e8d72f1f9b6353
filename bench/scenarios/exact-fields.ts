import { globalId, uuid } from "../rows.ts";
import { aVersion, type Scenario } from "../scenario.ts";

const ours = `query ($id: ID!) {
  modelVersion(by: { id: $id }) {
    name
    version labelCount
  }
}`;

const postgraphile = `query ($id: UUID!) {
  modelVersion: modelVersionByRowId(rowId: $id) {
    name
    version labelCount
  }
}`;

const limit = `
  select json_build_object('data', json_build_object('modelVersion', json_build_object(
    'name', v.name, 'version', v.version, 'labelCount', v.label_count)))::text
  from model_version v where v.organization_id = $1 and v.id = $2 and v.trash_entry_id is null`;

export const exactFields: Scenario = {
  name: "exact fields",
  about: "Three fields of one version",
  questions: {
    limit: { text: limit, values: (n, size) => [uuid(aVersion(n, size))] },
    ours: { text: ours, values: (n, size) => ({ id: globalId("ModelVersion", aVersion(n, size)) }) },
    tutorial: { text: ours, values: (n, size) => ({ id: uuid(aVersion(n, size)) }) },
    postgraphile: { text: postgraphile, values: (n, size) => ({ id: uuid(aVersion(n, size)) }) },
  },
};
