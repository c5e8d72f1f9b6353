import { globalId, uuid } from "../rows.ts";
import { aFilledVersion, type Scenario } from "../scenario.ts";

const ours = `mutation ($id: ID!, $input: UpdateLabelMapInput!) {
  updateLabelMap(id: $id, input: $input) {
    modelVersion { id labelCount }
    userErrors { message }
  }
}`;

const postgraphile = `mutation ($input: PeerSetLabelInput!) {
  setLabel: peerSetLabel(input: $input) { result { id: rowId labelCount } }
}`;

const limit = `
  with edited as (
    update model_version set labels_revision = labels_revision + 1, updated_at = clock_timestamp()
    where organization_id = $1 and id = $2 and trash_entry_id is null returning id, label_count
  ), labels as (
    insert into label (model_version_id, index, name) select id, $3, $4 from edited
    on conflict (model_version_id, index) do update set name = excluded.name
  )
  select json_build_object('data', json_build_object('updateLabelMap', json_build_object('modelVersion',
    json_build_object('id', 'ModelVersion_' || replace(id::text, '-', ''), 'labelCount', label_count),
    'userErrors', json_build_array())))::text from edited`;

const index = (n: number) => n % 20;
const name = (n: number) => `renamed ${n}`;
const input = (n: number) => ({ operations: [{ set: { index: index(n), name: name(n) } }] });

export const labelEdit: Scenario = {
  name: "label edit",
  about: "A label map edit: one label gets another name",
  questions: {
    limit: { text: limit, values: (n, size) => [uuid(aFilledVersion(n, size)), index(n), name(n)] },
    ours: {
      text: ours,
      values: (n, size) => ({ id: globalId("ModelVersion", aFilledVersion(n, size)), input: input(n) }),
    },
    tutorial: { text: ours, values: (n, size) => ({ id: uuid(aFilledVersion(n, size)), input: input(n) }) },
    postgraphile: {
      text: postgraphile,
      values: (n, size) => ({
        input: { versionId: uuid(aFilledVersion(n, size)), index: index(n), name: name(n) },
      }),
      toOurs({ setLabel: { result } }: { setLabel: { result: object } }) {
        return { updateLabelMap: { modelVersion: result, userErrors: [] } };
      },
    },
  },
  effect: `
    select v.id, v.label_count, l.index, v.labels_revision > 1 as revised
    from model_version v join label l on l.model_version_id = v.id where l.name = 'renamed ' || $1::int`,
};
