import type { EntityManager } from "typeorm";

/**
 * Writes down what a version was trained with, from the experiment as it is. The database takes it only while the version
 * has no number, and nobody changes it from then on.
 */
export async function takeSnapshot(
  tx: EntityManager,
  versionId: string,
  experimentId: string,
): Promise<void> {
  // Its datasets stay as they are until all of them have been written down.
  await tx.query(
    // The array is made once. Of a join, PostgreSQL can leave out a row that has been changed while it waited for it.
    `select from dataset_version where id = any(array(
       select dataset_version_id from experiment_dataset_version where experiment_id = $1
     )) order by id for share`,
    [experimentId],
  );
  await tx.query("set local statement_timeout = 0"); // the labels of many datasets may take their time
  for (const statement of statements) await tx.query(statement, [versionId, experimentId]);
}

const points = "from metric_point p where p.experiment_id = m.experiment_id and p.name = m.name";

const statements = [
  `insert into source_experiment (model_version_id, experiment_id, name, project_name, url)
   select $1, id, name, project_name, url from experiment where id = $2`,
  `insert into source_parameter (model_version_id, name, type, value, position)
   select $1, name, type, value, position from experiment_parameter where experiment_id = $2`,
  `insert into source_metric (model_version_id, name, goal, value, best)
   select $1, name, goal, (select value ${points} order by step desc limit 1), (
     select case m.goal when 'MAXIMIZE' then max(value) else min(value) end ${points}
   ) from experiment_metric m where experiment_id = $2 and point_count > 0`,
  `insert into source_dataset_version
     (model_version_id, alias, position, dataset_version_id, dataset, version, url, label_count)
   select $1, u.alias, u.position, v.id, d.name, v.name, v.url, v.label_count
   from experiment_dataset_version u
   join dataset_version v on v.id = u.dataset_version_id join dataset d on d.id = v.dataset_id
   where u.experiment_id = $2`,
  `insert into source_label (model_version_id, alias, index, name)
   select $1, u.alias, l.index, l.name
   from experiment_dataset_version u join dataset_label l on l.dataset_version_id = u.dataset_version_id
   where u.experiment_id = $2`,
];
