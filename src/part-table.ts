/** Where one noun keeps parts that other nouns have too, such as labels: its table, and the column that says whose they are. */
export interface PartTable {
  table: string;
  owner: string;
}
