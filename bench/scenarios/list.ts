import type { Scenario } from "../scenario.ts";

const ours = `query ($type: DetectionType!) {
  modelVersions(
    first: 50
    where: { type: { eq: $type }, deployable: { eq: true } }
    orderBy: { field: UPDATED_AT, direction: DESC }
  ) {
    nodes {
      id name
      version type framework updatedAt
      model { name }
      createdBy { name pictureUrl }
    }
    pageInfo { hasNextPage }
  }
}`;

const postgraphile = `query ($type: String!) {
  modelVersions: allModelVersions(
    first: 50
    condition: { type: $type, deployable: true, trashEntryId: null }
    orderBy: UPDATED_AT_DESC
  ) {
    nodes {
      id: rowId name
      version type framework updatedAt
      model { name }
      createdBy { name pictureUrl }
    }
    pageInfo { hasNextPage }
  }
}`;

const limit = `
  select json_build_object('data', json_build_object('modelVersions', json_build_object(
    'nodes', coalesce(json_agg(v.node) filter (where v.place <= 50), '[]'),
    'pageInfo', json_build_object('hasNextPage', count(*) > 50))))::text
  from (
    select row_number() over (order by v.updated_at desc, v.id desc) as place, json_build_object(
      'id', 'ModelVersion_' || replace(v.id::text, '-', ''), 'name', v.name, 'version', v.version, 'type', v.type,
      'framework', v.framework, 'updatedAt', v.updated_at, 'model', json_build_object('name', m.name),
      'createdBy', json_build_object('name', u.name, 'pictureUrl', u.picture_url)) as node
    from (
      select * from model_version v
      where v.organization_id = $1 and v.trash_entry_id is null and v.type = $2 and v.deployable
      order by v.updated_at desc, v.id desc limit 51
    ) v join model m on m.id = v.model_id join user_account u on u.id = v.created_by_id
    order by v.updated_at desc, v.id desc
  ) v`;

const types = ["CLASSIFICATION", "OBJECT_DETECTION", "SEGMENTATION", "POINT", "LINE"];
const type = (n: number) => types[n % types.length];

export const list: Scenario = {
  name: "list",
  about: "A page of 50 versions, filtered and ordered",
  questions: {
    limit: { text: limit, values: (n) => [type(n)] },
    ours: { text: ours, values: (n) => ({ type: type(n) }) },
    tutorial: { text: ours, values: (n) => ({ type: type(n) }) },
    postgraphile: { text: postgraphile, values: (n) => ({ type: type(n) }) },
  },
};
