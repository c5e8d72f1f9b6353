import { readFile } from "node:fs/promises";
import { type Ask, askAt } from "./ask.ts";
import { ensure } from "./ensure.ts";
import { Failure } from "./failure.ts";
import { cocoDetector } from "./models/coco-detector.ts";
import { fireDetection } from "./models/fire-detection.ts";
import { imagenetClassifier } from "./models/imagenet-classifier.ts";
import { laneLines } from "./models/lane-lines.ts";
import type { DemoModel } from "./models/model.ts";
import { personKeypoints } from "./models/person-keypoints.ts";
import { ppeDetection } from "./models/ppe-detection.ts";
import { streetSegmentation } from "./models/street-segmentation.ts";
import { tellPpeStory } from "./ppe-story.ts";
import {
  createFile,
  createModel,
  createVersion,
  findFile,
  findModel,
  findVersion,
  viewer,
} from "./registry.ts";
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
  for (const model of models) {
    const { modelId, versionIds } = await fillModel(ask, model);
    if (model === ppeDetection) await tellPpeStory(ask, modelId, String(versionIds[0]));
  }
}

async function fillModel(ask: Ask, { versions, ...model }: DemoModel) {
  const modelId = await ensure(model.name, {
    find: () => findModel(ask, model.name),
    create: () => createModel(ask, model),
  });
  const versionIds: string[] = [];
  // One after the other: their order gives them their numbers.
  for (const { files = {}, ...version } of versions) {
    const versionId = await ensure(`${model.name} / ${version.name}`, {
      find: () => findVersion(ask, modelId, version.name),
      create: () => createVersion(ask, modelId, version),
    });
    for (const [name, filename] of Object.entries(files))
      await ensure(`${model.name} / ${version.name} / ${name}`, {
        find: () => findFile(ask, versionId, name),
        create: async () => createFile(ask, versionId, name, await readDemoFile(filename)),
      });
    versionIds.push(versionId);
  }
  return { modelId, versionIds };
}

async function readDemoFile(filename: string): Promise<File> {
  return new File([await readFile(new URL(`files/${filename}`, import.meta.url))], filename);
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
        files { nodes { name size format downloadUrl } }
        sourceExperiment { name metrics { name value best } datasetVersions { alias dataset version } }
        ancestors { modelName name version }  experiments { nodes { name status } }
  } } } }

  query OnnxVersions { modelVersions(where: { framework: { eq: ONNX } }) {
      nodes { model { name } name labelCount labels(first: 5) { name } trainable { missing } }
  } }`;
}
