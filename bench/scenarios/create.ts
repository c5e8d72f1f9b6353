import { globalId, uuid } from "../rows.ts";
import { aModel, type Scenario } from "../scenario.ts";

const ours = `mutation ($modelId: ID!, $input: CreateModelVersionInput!) {
  createModelVersion(modelId: $modelId, input: $input) {
    modelVersion { id labelCount }
    userErrors { message }
  }
}`;

const postgraphile = `mutation ($input: PeerCreateVersionInput!) {
  createVersion: peerCreateVersion(input: $input) { result { id: rowId labelCount } }
}`;

const limit = `
  with numbered as (
    update model set last_version = last_version + 1, updated_at = clock_timestamp()
    where organization_id = $1 and id = $2 and trash_entry_id is null returning last_version, created_by_id
  ), created as (
    insert into model_version (id, organization_id, model_id, name, type, version, created_by_id)
    select gen_random_uuid(), $1, $2, $3, $4, last_version, created_by_id from numbered returning id
  ), labels as (
    insert into label (model_version_id, index, name)
    select created.id, l.* from created, unnest($5::int[], $6::text[]) l
  ), parameters as (
    insert into parameter (model_version_id, name, type, value, position)
    select created.id, p.name, 'INTEGER', p.value, p.ordinality - 1
    from created, unnest($7::text[], $8::json[]) with ordinality p(name, value, ordinality)
  )
  select json_build_object('data', json_build_object('createModelVersion', json_build_object('modelVersion',
    json_build_object('id', 'ModelVersion_' || replace(id::text, '-', ''), 'labelCount', cardinality($5)),
    'userErrors', json_build_array())))::text from created`;

const labels = Array.from({ length: 20 }, (_, index) => ({ index, name: `class ${index}` }));
const parameters = Array.from({ length: 10 }, (_, index) => ({ name: `parameter ${index}`, value: index }));
const type = "OBJECT_DETECTION";
const name = (n: number) => `Created ${n}`;
const input = (n: number) => ({ name: name(n), type, labels, parameters });

export const create: Scenario = {
  name: "create",
  about: "createModelVersion with 20 labels and 10 parameters",
  questions: {
    limit: {
      text: limit,
      values: (n, size) => [
        ...[uuid(aModel(n, size)), name(n), type],
        ...[labels.map(({ index }) => index), labels.map(({ name }) => name)],
        ...[parameters.map(({ name }) => name), parameters.map(({ value }) => JSON.stringify(value))],
      ],
    },
    ours: {
      text: ours,
      values: (n, size) => ({ modelId: globalId("Model", aModel(n, size)), input: input(n) }),
    },
    tutorial: { text: ours, values: (n, size) => ({ modelId: uuid(aModel(n, size)), input: input(n) }) },
    postgraphile: {
      text: postgraphile,
      values: (n, size) => ({ input: { modelId: uuid(aModel(n, size)), ...input(n) } }),
      toOurs({ createVersion: { result } }: { createVersion: { result: object } }) {
        return { createModelVersion: { modelVersion: result, userErrors: [] } };
      },
    },
  },
  effect: `
    select v.type, v.framework, v.label_count, v.version - m.last_version as from_last, m.id,
      (select json_agg(json_build_array(index, name) order by index) from label where model_version_id = v.id) as labels,
      (select json_agg(json_build_array(name, type, value) order by position) from parameter
       where model_version_id = v.id) as parameters
    from model_version v join model m on m.id = v.model_id where v.name = 'Created ' || $1::int`,
};
