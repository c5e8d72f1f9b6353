import { type DemoModel, labelMap } from "./model.ts";

export const ppeDetection: DemoModel = {
  name: "PPE Detection",
  description:
    "Finds people on building sites and the protective equipment that they wear, or do not wear. " +
    "Runs on the cameras at the gates; alerts go to the site manager.",
  // The next version comes from an experiment: see `ppe-story.ts`.
  versions: [
    {
      name: "yolov8m-640",
      description: "First version, trained by hand in the summer. Misses helmets beyond 15 m.",
      type: "OBJECT_DETECTION",
      framework: "PYTORCH",
      labels: labelMap(["person", "hardhat", "safety vest"]),
      // As much of the weights as fits here: the part of a YOLOv8 that is the same in each.
      files: { weights: "yolov8m-dfl.safetensors" },
      parameters: [
        { name: "epochs", value: 100 },
        { name: "patience", value: 100 },
        { name: "batch", value: 16 },
        { name: "imgsz", value: 640 },
        { name: "optimizer", value: "SGD" },
        { name: "lr0", value: 0.01 },
        { name: "lrf", value: 0.01 },
        { name: "momentum", value: 0.937 },
        { name: "weight_decay", value: 0.0005 },
        { name: "warmup_epochs", value: 3, type: "FLOAT" },
        { name: "warmup_momentum", value: 0.8 },
        { name: "warmup_bias_lr", value: 0.1 },
        { name: "cos_lr", value: false },
        { name: "amp", value: true },
        { name: "seed", value: 0 },
        { name: "freeze", value: null },
        { name: "box", value: 7.5 },
        { name: "cls", value: 0.5 },
        { name: "dfl", value: 1.5 },
        { name: "hsv_h", value: 0.015 },
        { name: "hsv_s", value: 0.7 },
        { name: "hsv_v", value: 0.4 },
        { name: "scale", value: 0.5 },
        { name: "fliplr", value: 0.5 },
        { name: "mosaic", value: 1, type: "FLOAT" },
        { name: "mixup", value: 0, type: "FLOAT" },
        { name: "close_mosaic", value: 10 },
      ],
      dockerImage: {
        image: "docker.io/acme/yolov8-training",
        tag: "8.3.40",
        flags: ["--gpus=all", "--shm-size=8g", "--ipc=host"],
        environmentVariables: [
          { name: "PYTHONUNBUFFERED", value: "1" },
          { name: "OMP_NUM_THREADS", value: "8" },
          { name: "DATA_DIR", value: "/data/ppe" },
        ],
      },
    },
  ],
};
