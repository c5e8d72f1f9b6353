import { globalId, uuid } from "../rows.ts";
import { aModel, type Scenario } from "../scenario.ts";

const ours = `query ($id: ID!) {
  model(by: { id: $id }) {
    name description
    createdBy { name pictureUrl }
    versions(first: 10) {
      nodes {
        id name description version framework type createdAt updatedAt
        createdBy { name pictureUrl }
        labels { index name }
        parameters { name type value }
        dockerImage { image tag flags environmentVariables { name value } }
        files { nodes { name filename size sha256 createdAt createdBy { name pictureUrl } } }
        sourceExperiment {
          name url
          parameters { name type value }
          metrics { name value }
          datasetVersions { alias dataset version url labels { index name } }
        }
        trainable { ready }
        deployable { ready }
      }
    }
  }
}`;

const postgraphile = `query ($id: UUID!) {
  model: modelByRowId(rowId: $id) {
    name description
    createdBy { name pictureUrl }
    versions: versionsList(first: 10, orderBy: VERSION_DESC, condition: { trashEntryId: null }) {
      id: rowId name description version framework type createdAt updatedAt trainable deployable
      createdBy { name pictureUrl }
      labels: labelsByModelVersionIdList(orderBy: INDEX_ASC) { index name }
      parameters: parametersByModelVersionIdList(orderBy: POSITION_ASC) { name type value }
      dockerImage: dockerImageByModelVersionId { image tag flags environmentVariables }
      files: filesList(first: 20, orderBy: NAME_ASC, condition: { trashEntryId: null }) {
        name filename createdAt
        blob { size sha256 }
        createdBy { name pictureUrl }
      }
      sourceExperiment: sourceExperimentByModelVersionId {
        name url
        parameters: sourceParametersByModelVersionIdList(orderBy: POSITION_ASC) { name type value }
        metrics: sourceMetricsByModelVersionIdList(orderBy: NAME_ASC) { name value }
        datasetVersions: sourceDatasetVersionsByModelVersionIdList(orderBy: POSITION_ASC) {
          alias dataset version url
          labels: sourceLabelsByModelVersionIdAndAliasList(orderBy: INDEX_ASC) { index name }
        }
      }
    }
  }
}`;

const limit = `
  select json_build_object('data', json_build_object('model', json_build_object(
    'name', m.name, 'description', m.description, 'createdBy', ${author("mu")},
    'versions', json_build_object('nodes', (select coalesce(json_agg(v), '[]') from (
      select 'ModelVersion_' || replace(v.id::text, '-', '') as id, v.name, v.description, v.version, v.framework, v.type,
        v.created_at as "createdAt", v.updated_at as "updatedAt", ${author("vu")} as "createdBy",
        (select coalesce(json_agg(l), '[]') from (
          select index, name from label where model_version_id = v.id order by index) l) as labels,
        (select coalesce(json_agg(p), '[]') from (
          select name, type, value from parameter where model_version_id = v.id order by position, name) p) as parameters,
        (select to_json(d) from (
          select image, tag, flags, environment_variables as "environmentVariables"
          from docker_image where model_version_id = v.id) d) as "dockerImage",
        json_build_object('nodes', (select coalesce(json_agg(f), '[]') from (
          select f.name, f.filename, b.size, encode(b.sha256, 'hex') as sha256, f.created_at as "createdAt",
            ${author("fu")} as "createdBy"
          from model_file f join blob b on b.id = f.blob_id join user_account fu on fu.id = f.created_by_id
          where f.model_version_id = v.id and f.trash_entry_id is null order by f.name limit 20) f)) as files,
        (select to_json(s) from (
          select name, url,
            (select coalesce(json_agg(p), '[]') from (
              select name, type, value from source_parameter where model_version_id = v.id order by position) p) as parameters,
            (select coalesce(json_agg(m), '[]') from (
              select name, value from source_metric where model_version_id = v.id order by name) m) as metrics,
            (select coalesce(json_agg(d), '[]') from (
              select alias, dataset, version, url, (select coalesce(json_agg(l), '[]') from (
                select index, name from source_label
                where (model_version_id, alias) = (v.id, d.alias) order by index) l) as labels
              from source_dataset_version d where model_version_id = v.id order by position) d) as "datasetVersions"
          from source_experiment where model_version_id = v.id) s) as "sourceExperiment",
        json_build_object('ready', v.trainable) as trainable, json_build_object('ready', v.deployable) as deployable
      from model_version v join user_account vu on vu.id = v.created_by_id
      where v.model_id = m.id and v.trash_entry_id is null order by v.version desc limit 10
    ) v))
  )))::text
  from model m join user_account mu on mu.id = m.created_by_id
  where m.organization_id = $1 and m.id = $2 and m.trash_entry_id is null`;

/** What is shown of a joined user. */
export function author(user: string): string {
  return `json_build_object('name', ${user}.name, 'pictureUrl', ${user}.picture_url)`;
}

export const overview: Scenario = {
  name: "overview",
  about: "One model with all sections of its 10 versions",
  questions: {
    limit: { text: limit, values: (n, size) => [uuid(aModel(n, size))] },
    ours: { text: ours, values: (n, size) => ({ id: globalId("Model", aModel(n, size)) }) },
    tutorial: { text: ours, values: (n, size) => ({ id: uuid(aModel(n, size)) }) },
    postgraphile: {
      text: postgraphile,
      values: (n, size) => ({ id: uuid(aModel(n, size)) }),
      toOurs({ model }: { model: { versions: PeerVersion[] } }) {
        return { model: { ...model, versions: { nodes: model.versions.map(version) } } };
      },
    },
  },
};

interface PeerVersion {
  trainable: boolean;
  deployable: boolean;
  files: PeerFile[];
}

interface PeerFile {
  blob: { size: string; sha256: string };
}

function version({ trainable, deployable, files, ...version }: PeerVersion) {
  return {
    ...version,
    trainable: { ready: trainable },
    deployable: { ready: deployable },
    files: { nodes: files.map(file) },
  };
}

function file({ blob: { size, sha256 }, ...file }: PeerFile) {
  return { ...file, size: Number(size), sha256: Buffer.from(sha256, "base64").toString("hex") };
}
