import type { Ask } from "./ask.ts";
import { ensure } from "./ensure.ts";
import {
  createDataset,
  createDatasetVersion,
  createExperiment,
  type DemoDatasetVersion,
  type DemoExperiment,
  type DemoMetric,
  exportExperiment,
  findDataset,
  findDatasetVersion,
  findExperiment,
  train,
} from "./experiments.ts";
import { labelMap } from "./models/model.ts";
import { findVersion } from "./registry.ts";

const dataset = {
  name: "Building sites",
  description: "Images of the cameras at the gates, annotated by the safety team.",
};

const labels = labelMap([
  ...["person", "hardhat", "no hardhat", "safety vest", "no safety vest"],
  ...["gloves", "goggles", "mask", "safety boots"],
]);

const [winter, winterVal, nights] = ["2026-02-train", "2026-02-val", "2026-05-nights"].map(
  (name): DemoDatasetVersion => ({
    ...{ name, type: "OBJECT_DETECTION", labels },
    url: `https://data.example.com/building-sites/${name}`,
  }),
) as [DemoDatasetVersion, DemoDatasetVersion, DemoDatasetVersion];

const about = (name: string, description: string): Omit<DemoExperiment, "parameters"> => ({
  ...{ name, description, projectName: "PPE Detection" },
  url: `https://lab.example.com/ppe/${name}`,
});

const larger: DemoExperiment = {
  ...about("larger-images", "Do 1280 pixels find the helmets at the far end of the site? They do."),
  parameters: [
    { name: "imgsz", value: 1280 },
    { name: "batch", value: 8 },
    { name: "close_mosaic", value: 15 },
  ],
};

const metrics: DemoMetric[] = [
  { name: "train/box_loss", goal: "MINIMIZE", values: [1.62, 1.31, 1.17, 1.08, 1.02, 0.97, 0.94, 0.92] },
  { name: "val/mAP50", goal: "MAXIMIZE", values: [0.412, 0.598, 0.687, 0.741, 0.779, 0.803, 0.816, 0.814] },
  {
    name: "val/mAP50-95",
    goal: "MAXIMIZE",
    values: [0.197, 0.314, 0.389, 0.437, 0.471, 0.494, 0.506, 0.505],
  },
];

const second = {
  name: "yolov8m-1280",
  description:
    "Trained again at 1280 pixels with the winter images, and with classes for what is missing: " +
    "an alert no longer has to be guessed from a person without a helmet box.",
};

const atNight: DemoExperiment = {
  ...about("night-shifts", "Floodlights and reflections: what is found after sunset?"),
  parameters: [
    { name: "epochs", value: 50 },
    { name: "hsv_v", value: 0.7 },
  ],
};

/** How the first version of PPE Detection became the base of an experiment, that the second version, and that the base of the next. */
export async function tellPpeStory(ask: Ask, modelId: string, firstId: string): Promise<void> {
  const datasetId = await ensure(dataset.name, {
    find: () => findDataset(ask, dataset.name),
    create: () => createDataset(ask, dataset),
  });
  const use = (version: DemoDatasetVersion) =>
    ensure(`${dataset.name} / ${version.name}`, {
      find: () => findDatasetVersion(ask, datasetId, version.name),
      create: () => createDatasetVersion(ask, datasetId, version),
    });
  const begin = (experiment: DemoExperiment, baseId: string, datasets: { [alias: string]: string }) =>
    ensure(`experiment ${experiment.name}`, {
      find: () => findExperiment(ask, experiment),
      create: () => createExperiment(ask, baseId, datasets, experiment),
    });

  const experimentId = await begin(larger, firstId, { train: await use(winter), val: await use(winterVal) });
  const secondId = await ensure(`PPE Detection / ${second.name}`, {
    find: () => findVersion(ask, modelId, second.name),
    create: async () => {
      await train(ask, experimentId, metrics);
      return exportExperiment(ask, experimentId, modelId, second);
    },
  });
  await begin(atNight, secondId, { train: await use(nights) });
}
