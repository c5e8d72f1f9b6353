import { type DemoModel, labelMap } from "./model.ts";

export const laneLines: DemoModel = {
  name: "Lane Lines",
  description: null,
  versions: [
    // The barest version that the registry takes: a name and a type.
    { name: "feasibility-study", type: "LINE" },
    {
      name: "ufld-resnet18-culane",
      description:
        "Ultra-Fast Lane Detection on CULane. Knows at most four lines: two on each side of the car.",
      type: "LINE",
      framework: "PYTORCH",
      // CULane numbers the lines from left to right; 0 is its background.
      labels: labelMap(["outer left line", "left line", "right line", "outer right line"], 1),
      parameters: [
        { name: "epoch", value: 50 },
        { name: "batch_size", value: 32 },
        { name: "optimizer", value: "SGD" },
        { name: "learning_rate", value: 0.1 },
        { name: "momentum", value: 0.9 },
        { name: "weight_decay", value: 0.0001 },
        { name: "scheduler", value: "multi" },
        { name: "steps", value: [25, 38] },
        { name: "gamma", value: 0.1 },
        { name: "warmup", value: "linear" },
        { name: "warmup_iters", value: 695 },
        // Text, not a number: the name of a ResNet.
        { name: "backbone", value: "18" },
        { name: "use_aux", value: true },
        { name: "griding_num", value: 200 },
        { name: "num_lanes", value: 4 },
        { name: "sim_loss_w", value: 0, type: "FLOAT" },
        { name: "shp_loss_w", value: 0, type: "FLOAT" },
        { name: "resume", value: null },
      ],
      dockerImage: {
        image: "docker.io/acme/lane-training",
        tag: "2024.06",
        flags: ["--gpus=all", "--ipc=host"],
        environmentVariables: [{ name: "CULANE_ROOT", value: "/data/culane" }],
      },
    },
  ],
};
