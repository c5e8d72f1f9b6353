import { expect, test } from "@jest/globals";
import type { DataSource } from "typeorm";
import { createDataSource } from "../src/data-source.ts";
import { databaseUrl } from "./support/database.ts";
import { uuid } from "./support/seed.ts";
import { type Data, type Send, sender } from "./support/send.ts";
import { aDataDir, startServer, tokenOf } from "./support/server-process.ts";

const count = 1_000;
const clients = 32;

const sections = ["labels", "parameters", "about", "dockerImage"] as const;
type Section = (typeof sections)[number];

/** An edit, and what came of it. Each puts a mark that no other puts, so that it can be told which came after which. */
interface Edit {
  version: string;
  section: Section;
  mark: string;
  input: Data;
  expectedRevision: number | null;
  /** The mark that it found; null when it was refused. */
  found: string | null;
}

const revisions = "modelVersion { revisions { labels parameters about dockerImage } }";
const mutations = {
  labels: `updateLabelMap(id: $id, input: $input, expectedRevision: $expectedRevision) {
    ${revisions} changed { before { index name } } userErrors { code field } }`,
  parameters: `updateParameters(id: $id, input: $input, expectedRevision: $expectedRevision) {
    ${revisions} changed { before { name value } } userErrors { code field } }`,
  about: `updateModelVersion(id: $id, input: $input, expectedRevision: $expectedRevision) {
    ${revisions} userErrors { code field } }`,
  dockerImage: `updateDockerImage(id: $id, input: $input, expectedRevision: $expectedRevision) {
    ${revisions} userErrors { code field } }`,
};
const inputTypes = {
  labels: "UpdateLabelMapInput",
  parameters: "UpdateParametersInput",
  about: "UpdateModelVersionInput",
  dockerImage: "UpdateDockerImageInput",
};

/** Marks something, and does something to its neighbours that is not always possible. */
function inputOf(section: Section, number: number): Data {
  const mark = `edit ${number}`;
  const [one, other] = [1 + (number % 5), 1 + (number % 7)];
  if (section === "about") return { description: mark };
  if (section === "dockerImage") return { image: "acme/yolox", flags: [mark] };
  const beside = (key: (index: number) => object, newKey: object, value: object) =>
    [{ set: { ...key(one), ...value } }, { modify: { ...key(one), ...newKey } }, { remove: key(other) }][
      number % 3
    ];
  const operations =
    section === "labels"
      ? [
          { set: { index: 0, name: mark } },
          beside((index) => ({ index }), { newIndex: other }, { name: mark }),
        ]
      : [
          { set: { name: "p0", value: mark } },
          beside((index) => ({ name: `p${index}` }), { newName: `p${other}` }, { value: mark }),
        ];
  return { operations };
}

/** Sends all edits, so many at a time, and tells what came of each. */
async function race(versions: string[], sends: Send[]): Promise<Edit[]> {
  const seen = new Map(
    versions.map((version) => [version, { labels: 1, parameters: 1, about: 1, dockerImage: 1 }]),
  );
  const edits: Edit[] = [];
  const client = async (send: Send) => {
    while (edits.length < count) {
      const number = edits.length;
      const section = sections[Math.floor(number / 2) % sections.length] as Section;
      const version = versions[Math.floor(number / (2 * sections.length)) % versions.length] as string;
      const today = seen.get(version) as { [section in Section]: number };
      const expectedRevision = number % 2 === 0 ? null : today[section];
      const edit: Edit = {
        version,
        section,
        mark: `edit ${number}`,
        input: inputOf(section, number),
        expectedRevision,
        found: null,
      };
      edits.push(edit);
      const { body } = await send(
        `mutation ($id: ID!, $input: ${inputTypes[section]}!, $expectedRevision: Int) { answer: ${mutations[section]} }`,
        { id: version, input: edit.input, expectedRevision },
      );
      expect(body.errors).toBeUndefined();
      const { modelVersion, changed, userErrors } = body.data.answer;
      today[section] = Math.max(today[section], modelVersion.revisions[section]);
      if (userErrors.length === 0) edit.found = foundBy(section, changed);
      else expect(["CONFLICT", "NOT_FOUND"]).toContain(userErrors[0].code);
    }
  };
  await Promise.all(
    Array.from({ length: clients }, (_, index) => client(sends[index % sends.length] as Send)),
  );
  return edits;
}

function foundBy(section: Section, changed: Data): string {
  if (section === "about" || section === "dockerImage") return "";
  const [{ before }] = changed.filter(({ before }: Data) => before.index === 0 || before.name === "p0");
  return section === "labels" ? before.name : before.value;
}

/** The accepted edits of a section in their order: each found the mark of the one before. */
function inOrder(edits: Edit[], section: Section): Edit[] {
  const accepted = edits.filter((edit) => edit.section === section && edit.found !== null);
  const after = new Map(accepted.map((edit) => [edit.found, edit]));
  const ordered: Edit[] = [];
  for (let next = after.get("start"); next; next = after.get(next.mark)) ordered.push(next);
  expect(ordered).toHaveLength(accepted.length);
  return ordered;
}

/** An edit that says which revision it starts from has been accepted as the one after it. */
function expectRevisions(ordered: Edit[], last: number): void {
  expect(last).toBe(1 + ordered.length);
  ordered.forEach(({ expectedRevision }, index) => {
    expect([null, 1 + index]).toContain(expectedRevision);
  });
}

/** What the operations make of a map from a label's index, or a parameter's name, to its content. */
function replay(edits: Edit[], key: "index" | "name", content: "name" | "value"): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>([[key === "index" ? 0 : "p0", "start"]]);
  for (const { set, modify, remove } of edits.flatMap(({ input }) => input.operations)) {
    const old = map.get(modify?.[key]);
    if (set) map.set(set[key], set[content]);
    else map.delete((modify ?? remove)[key]);
    if (modify) map.set(modify.newIndex ?? modify.newName, old);
  }
  return map;
}

/** Notes every revision of the sections whose edits do not say what they found. */
async function keepHistory(db: DataSource): Promise<void> {
  await db.query("create table history (version_id uuid, section text, revision int, mark text)");
  await db.query(`
    create function keep_history() returns trigger language plpgsql as $$
    begin
      if old.about_revision <> new.about_revision then
        insert into history values (new.id, 'about', new.about_revision, new.description);
      end if;
      if old.docker_image_revision <> new.docker_image_revision then
        insert into history select new.id, 'dockerImage', new.docker_image_revision, flags[1]
          from docker_image where model_version_id = new.id;
      end if;
      return null;
    end $$`);
  await db.query(
    "create trigger section_changed after update on model_version for each row execute function keep_history()",
  );
}

/** The accepted edits of such a section in their order: each revision was made by one of them. */
async function inHistory(db: DataSource, edits: Edit[], version: string, section: Section): Promise<Edit[]> {
  const history: { mark: string }[] = await db.query(
    "select mark from history where version_id = $1 and section = $2 order by revision",
    [uuid(version), section],
  );
  const accepted = edits.filter((edit) => edit.section === section && edit.found !== null);
  expect(history.map(({ mark }) => mark).sort()).toEqual(accepted.map(({ mark }) => mark).sort());
  return history.map(({ mark }) => accepted.find((edit) => edit.mark === mark) as Edit);
}

test("1,000 racing edits from 32 clients on two servers: none is lost, and the accepted ones explain the end", async () => {
  const url = await databaseUrl(`racing_${process.env.TEST_RUN}`);
  const env = { DATABASE_URL: url, DATA_DIR: aDataDir() };
  const servers = [await startServer(env), await startServer(env)];
  const sends = servers.map((server) => sender(server.url, tokenOf(env.DATA_DIR)));
  const ask = async (query: string, variables?: object) =>
    (await (sends[0] as Send)(query, variables)).body.data;
  const db = await createDataSource(url).initialize();
  await keepHistory(db);
  const { createModel } = await ask('mutation { createModel(input: { name: "Race" }) { model { id } } }');
  const versions: string[] = [];
  for (const name of ["a", "b", "c", "d"]) {
    const { createModelVersion } = await ask(
      `mutation ($id: ID!, $name: String!) { createModelVersion(modelId: $id, input: { name: $name, type: LINE,
        labels: [{ index: 0, name: "start" }], parameters: [{ name: "p0", value: "start" }] }) { modelVersion { id } } }`,
      { id: createModel.model.id, name },
    );
    versions.push(createModelVersion.modelVersion.id);
  }

  const edits = await race(versions, sends);

  for (const id of versions) {
    const ofVersion = edits.filter(({ version }) => version === id);
    const { modelVersion } = await ask(
      `query ($id: ID!) { modelVersion(by: { id: $id }) {
        description labelCount labels { index name } parameters { name value } dockerImage { flags }
        revisions { labels parameters about dockerImage } } }`,
      { id },
    );
    const labels = inOrder(ofVersion, "labels");
    expectRevisions(labels, modelVersion.revisions.labels);
    const map = new Map(modelVersion.labels.map(({ index, name }: Data) => [index, name]));
    expect(map).toEqual(replay(labels, "index", "name"));
    expect(modelVersion.labelCount).toBe(map.size);

    const parameters = inOrder(ofVersion, "parameters");
    expectRevisions(parameters, modelVersion.revisions.parameters);
    const list = new Map(modelVersion.parameters.map(({ name, value }: Data) => [name, value]));
    expect(list).toEqual(replay(parameters, "name", "value"));

    const about = await inHistory(db, ofVersion, id, "about");
    expectRevisions(about, modelVersion.revisions.about);
    expect(modelVersion.description).toBe(about.at(-1)?.mark);

    const dockerImages = await inHistory(db, ofVersion, id, "dockerImage");
    expectRevisions(dockerImages, modelVersion.revisions.dockerImage);
    expect(modelVersion.dockerImage.flags).toEqual([dockerImages.at(-1)?.mark]);
  }
  const guarded = edits.filter(({ expectedRevision }) => expectedRevision !== null);
  const [accepted, refused] = [
    guarded.filter(({ found }) => found !== null),
    guarded.filter(({ found }) => found === null),
  ];
  expect([edits.length, accepted.length > 50, refused.length > 50]).toEqual([count, true, true]);

  await db.destroy();
  await Promise.all(servers.map((server) => server.end()));
});
