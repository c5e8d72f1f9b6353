import { type Mix, type Scenario, unseen } from "../scenario.ts";
import { create } from "./create.ts";
import { exactFields } from "./exact-fields.ts";
import { firstScreen } from "./first-screen.ts";
import { labelEdit } from "./label-edit.ts";
import { lineage } from "./lineage.ts";
import { linear } from "./linear.ts";
import { list } from "./list.ts";
import { overview } from "./overview.ts";

const mix: Mix = {
  name: "mix",
  about: "Of twenty requests one writes",
  parts: [
    [overview, 4],
    [firstScreen, 4],
    [list, 4],
    [exactFields, 7],
    [labelEdit, 1],
  ],
};

/** What is measured, in the order of the table. */
export const scenarios: (Scenario | Mix)[] = [
  overview,
  firstScreen,
  exactFields,
  list,
  lineage,
  create,
  labelEdit,
  mix,
  unseen(overview),
  unseen(exactFields),
  unseen(list),
  ...linear.values(),
];
