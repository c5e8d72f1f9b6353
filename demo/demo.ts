import { type Ask, askAt } from "./ask.ts";
import { Failure } from "./failure.ts";
import { cocoDetector } from "./models/coco-detector.ts";
import { fireDetection } from "./models/fire-detection.ts";
import { imagenetClassifier } from "./models/imagenet-classifier.ts";
import { laneLines } from "./models/lane-lines.ts";
import type { DemoModel } from "./models/model.ts";
import { personKeypoints } from "./models/person-keypoints.ts";
import { ppeDetection } from "./models/ppe-detection.ts";
import { streetSegmentation } from "./models/street-segmentation.ts";
import { createModel, createVersion, findModel, findVersion, viewer } from "./registry.ts";
import { readSettings, type Settings } from "./settings.ts";

/** The registry lists what changed last first, so that "PPE Detection" is what people see first. */
const models: DemoModel[] = [
  fireDetection,
  laneLines,
  personKeypoints,
  imagenetClassifier,
  streetSegmentation,
  cocoDetector,
  ppeDetection,
];

try {
  const settings = await readSettings(process.env);
  await fill(askAt(settings));
  console.log(whatToLookAt(settings));
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** Creates what is not there yet. What is there, edited or not, is left alone. */
async function fill(ask: Ask): Promise<void> {
  const { user, organization } = await viewer(ask);
  console.log(`Filling "${organization.name}" as ${user.name}`);
  for (const { versions, ...model } of models) {
    const modelId = await ensure(model.name, {
      find: () => findModel(ask, model.name),
      create: () => createModel(ask, model),
    });
    // One after the other: their order gives them their numbers.
    for (const version of versions) {
      await ensure(`${model.name} / ${version.name}`, {
        find: () => findVersion(ask, modelId, version.name),
        create: () => createVersion(ask, modelId, version),
      });
    }
  }
}

interface Steps {
  find: () => Promise<string | null>;
  /** Gives null when the name is taken. */
  create: () => Promise<string | null>;
}

/** Looks first, since a registry forgets idempotency keys; and once more when another run was faster. */
async function ensure(what: string, { find, create }: Steps): Promise<string> {
  const found = await find();
  const created = found === null ? await create() : null;
  const id = found ?? created ?? (await find());
  if (id === null) throw new Failure(`${what}: was deleted while the demo ran; run it again.`);
  console.log(`  ${created === null ? "already there" : "created      "}  ${what}`);
  return id;
}

function whatToLookAt({ url, tokenSource }: Settings): string {
  return `
Playground: ${url} in a browser, with the token of ${tokenSource}. Try:

  query Models { models { nodes { name versionCount latestVersion { name type framework labelCount } } } }

  query PpeDetection { model(by: { name: "PPE Detection" }) {
      versions { nodes {
        version name description type framework
        labels { index name }  parameters { name type value }
        dockerImage { image tag flags environmentVariables { name value } }
        trainable { ready missing }  createdBy { name }  updatedAt
  } } } }

  query OnnxVersions { modelVersions(where: { framework: { eq: ONNX } }) {
      nodes { model { name } name labelCount labels(first: 5) { name } trainable { missing } }
  } }`;
}
