import type { Scenario } from "../scenario.ts";
import { author } from "./overview.ts";

const ours = `query {
  models(first: 20) {
    nodes {
      id name description updatedAt
      createdBy { name pictureUrl }
      versions(first: 10) {
        nodes {
          id name description version labelCount framework type updatedAt
          labels(first: 2) { name }
          createdBy { name pictureUrl }
        }
      }
    }
  }
}`;

const postgraphile = `query {
  models: allModelsList(first: 20, orderBy: UPDATED_AT_DESC, condition: { trashEntryId: null }) {
    id: rowId name description updatedAt
    createdBy { name pictureUrl }
    versions: versionsList(first: 10, orderBy: VERSION_DESC, condition: { trashEntryId: null }) {
      id: rowId name description version labelCount framework type updatedAt
      labels: labelsByModelVersionIdList(first: 2, orderBy: INDEX_ASC) { name }
      createdBy { name pictureUrl }
    }
  }
}`;

const limit = `
  select json_build_object('data', json_build_object('models', json_build_object('nodes', coalesce(json_agg(m), '[]'))))::text
  from (
    select 'Model_' || replace(m.id::text, '-', '') as id, m.name, m.description, m.updated_at as "updatedAt",
      ${author("mu")} as "createdBy",
      json_build_object('nodes', (select coalesce(json_agg(v), '[]') from (
        select 'ModelVersion_' || replace(v.id::text, '-', '') as id, v.name, v.description, v.version,
          v.label_count as "labelCount", v.framework, v.type, v.updated_at as "updatedAt",
          (select coalesce(json_agg(l), '[]') from (
            select name from label where model_version_id = v.id order by index limit 2) l) as labels,
          ${author("vu")} as "createdBy"
        from model_version v join user_account vu on vu.id = v.created_by_id
        where v.model_id = m.id and v.trash_entry_id is null order by v.version desc limit 10
      ) v)) as versions
    from model m join user_account mu on mu.id = m.created_by_id
    where m.organization_id = $1 and m.trash_entry_id is null
    order by m.updated_at desc, m.id desc limit 20
  ) m`;

export const firstScreen: Scenario = {
  name: "first screen",
  about: "20 models with the cards of their versions",
  questions: {
    limit: { text: limit, values: () => [] },
    ours: { text: ours, values: () => ({}) },
    tutorial: { text: ours, values: () => ({}) },
    postgraphile: {
      text: postgraphile,
      values: () => ({}),
      toOurs({ models }: { models: { versions: object[] }[] }) {
        return {
          models: { nodes: models.map((model) => ({ ...model, versions: { nodes: model.versions } })) },
        };
      },
    },
  },
};
