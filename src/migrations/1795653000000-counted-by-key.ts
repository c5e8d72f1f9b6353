import type { MigrationInterface, QueryRunner } from "typeorm";

interface Counter {
  function: string;
  /** What the trigger calls the rows that came or went. */
  rows: string;
  owner: string;
  /** Columns of a row, and what they are called in its owner. */
  key: { [column: string]: string };
  count: string;
}

const counters: Counter[] = [
  {
    function: "count_labels",
    rows: "changed_labels",
    owner: "model_version",
    key: { model_version_id: "id" },
    count: "label_count",
  },
  {
    function: "count_dataset_label",
    rows: "changed",
    owner: "dataset_version",
    key: { dataset_version_id: "id" },
    count: "label_count",
  },
  {
    function: "count_experiment_label",
    rows: "changed",
    owner: "experiment",
    key: { experiment_id: "id" },
    count: "label_count",
  },
  {
    function: "count_metric_point",
    rows: "changed",
    owner: "experiment_metric",
    key: { experiment_id: "experiment_id", name: "name" },
    count: "point_count",
  },
];

/**
 * Has the counting of labels and points find each owner by its key. PostgreSQL keeps the plan of one statement for all of
 * them, which it makes for as many rows as came the first time: that read the whole table of owners for every change.
 */
export class CountedByKey1795653000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const { rows, owner, key, count, ...counter } of counters) {
      const columns = Object.keys(key).join(", ");
      const found = Object.entries(key).map(([column, called]) => `o.${called} = c.${column}`);
      await runner.query(`
        create or replace function ${counter.function}() returns trigger language plpgsql as $$
        declare
          c record;
        begin
          for c in
            select ${columns}, count(*) * case tg_op when 'INSERT' then 1 else -1 end as change
            from ${rows} group by ${columns}
          loop
            update ${owner} o set ${count} = o.${count} + c.change where ${found.join(" and ")};
          end loop;
          return null;
        end $$`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { rows, owner, key, count, ...counter } of counters) {
      const columns = Object.keys(key).join(", ");
      const found = Object.entries(key).map(([column, called]) => `o.${called} = c.${column}`);
      await runner.query(`
        create or replace function ${counter.function}() returns trigger language plpgsql as $$
        begin
          update ${owner} o set ${count} = o.${count} + c.change
          from (
            select ${columns}, count(*) * case tg_op when 'INSERT' then 1 else -1 end as change
            from ${rows} group by ${columns}
          ) c
          where ${found.join(" and ")};
          return null;
        end $$`);
    }
  }
}
