import { generations, globalId, uuid } from "../rows.ts";
import { aLineage, type Scenario } from "../scenario.ts";
import { author } from "./overview.ts";

const ours = `query ($id: ID!) {
  modelVersion(by: { id: $id }) {
    name version
    ancestors {
      distance modelName name version
      modelVersion { id type updatedAt createdBy { name pictureUrl } }
    }
  }
}`;

const postgraphile = `query ($id: UUID!) {
  modelVersion: modelVersionByRowId(rowId: $id) {
    name version
    ancestors: ancestorsList {
      name version
      model { name }
      id: rowId type updatedAt createdBy { name pictureUrl }
    }
  }
}`;

const limit = `
  with recursive line as (
    select v.*, 0 as distance from model_version v
    where v.organization_id = $1 and v.id = $2 and v.trash_entry_id is null
    union all
    select v.*, line.distance + 1 from line join model_version v on v.id = line.base_model_version_id
  ) cycle id set again using path
  select json_build_object('data', json_build_object('modelVersion', json_build_object(
    'name', asked.name, 'version', asked.version, 'ancestors', (
      select coalesce(json_agg(json_build_object(
        'distance', line.distance, 'modelName', m.name, 'name', line.name, 'version', line.version, 'modelVersion',
        json_build_object('id', 'ModelVersion_' || replace(line.id::text, '-', ''), 'type', line.type,
          'updatedAt', line.updated_at, 'createdBy', ${author("u")})) order by line.distance), '[]')
      from line join model m on m.id = line.model_id join user_account u on u.id = line.created_by_id
      where line.distance > 0 and not line.again))))::text
  from line asked where asked.distance = 0`;

export const lineage: Scenario = {
  name: "lineage",
  about: `A version and the ${generations} that it comes from`,
  questions: {
    limit: { text: limit, values: (n, size) => [uuid(aLineage(n, size))] },
    ours: { text: ours, values: (n, size) => ({ id: globalId("ModelVersion", aLineage(n, size)) }) },
    tutorial: { text: ours, values: (n, size) => ({ id: uuid(aLineage(n, size)) }) },
    postgraphile: {
      text: postgraphile,
      values: (n, size) => ({ id: uuid(aLineage(n, size)) }),
      toOurs({ modelVersion }: { modelVersion: { ancestors: PeerAncestor[] } }) {
        return { modelVersion: { ...modelVersion, ancestors: modelVersion.ancestors.map(ancestor) } };
      },
    },
  },
};

interface PeerAncestor {
  name: string;
  version: number;
  model: { name: string };
}

/** They come in the order of their distance. */
function ancestor({ name, version, model, ...modelVersion }: PeerAncestor, index: number) {
  return { distance: index + 1, modelName: model.name, name, version, modelVersion };
}
