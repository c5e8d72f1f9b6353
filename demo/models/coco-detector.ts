import coco from "../labels/coco-80.json" with { type: "json" };
import { type DemoModel, type DemoParameter, labelMap } from "./model.ts";

/** The settings that all sizes of YOLOX share. */
const training: DemoParameter[] = [
  { name: "max_epoch", value: 300 },
  { name: "warmup_epochs", value: 5 },
  { name: "no_aug_epochs", value: 15 },
  { name: "batch_size", value: 64 },
  { name: "input_size", value: [640, 640] },
  { name: "multiscale_range", value: 5 },
  { name: "scheduler", value: "yoloxwarmcos" },
  { name: "basic_lr_per_img", value: 0.00015625 },
  { name: "warmup_lr", value: 0, type: "FLOAT" },
  { name: "min_lr_ratio", value: 0.05 },
  { name: "momentum", value: 0.9 },
  { name: "weight_decay", value: 0.0005 },
  { name: "ema", value: true },
  { name: "act", value: "silu" },
  { name: "mosaic_prob", value: 1, type: "FLOAT" },
  { name: "mosaic_scale", value: [0.1, 2] },
  { name: "enable_mixup", value: true },
  { name: "mixup_prob", value: 1, type: "FLOAT" },
  { name: "mixup_scale", value: [0.5, 1.5] },
  { name: "hsv_prob", value: 1, type: "FLOAT" },
  { name: "flip_prob", value: 0.5 },
  { name: "degrees", value: 10, type: "FLOAT" },
  { name: "translate", value: 0.1 },
  { name: "shear", value: 2, type: "FLOAT" },
  { name: "test_conf", value: 0.01 },
  { name: "nmsthre", value: 0.65 },
];

export const cocoDetector: DemoModel = {
  name: "COCO Detector",
  description:
    "General-purpose detector of the 80 COCO classes. The base architecture of most of our detectors: " +
    "start an experiment from the newest version that is trainable.",
  versions: [
    {
      name: "yolox-s",
      description: "9.0 M parameters, 40.5 mAP on val2017. For edge devices.",
      type: "OBJECT_DETECTION",
      framework: "PYTORCH",
      labels: labelMap(coco),
      parameters: [{ name: "depth", value: 0.33 }, { name: "width", value: 0.5 }, ...training],
      dockerImage: {
        image: "docker.io/acme/yolox-training",
        tag: "0.3.0",
        flags: ["--gpus=all", "--ipc=host"],
        environmentVariables: [
          { name: "NCCL_DEBUG", value: "WARN" },
          { name: "YOLOX_DATADIR", value: "/data" },
        ],
      },
    },
    {
      name: "yolox-m",
      description:
        "25.3 M parameters, 46.9 mAP on val2017. For servers. The training image is pinned by its digest, so that the run can be repeated.",
      type: "OBJECT_DETECTION",
      framework: "PYTORCH",
      labels: labelMap(coco),
      parameters: [{ name: "depth", value: 0.67 }, { name: "width", value: 0.75 }, ...training],
      dockerImage: {
        image: "docker.io/acme/yolox-training",
        tag: "0.3.0",
        digest: "sha256:2a7257caae95deb35e4ab3d4f59548783838980defa27a976668857c2cccad66",
        flags: ["--gpus=all", "--ipc=host", "--ulimit=memlock=-1", "--ulimit=stack=67108864"],
        environmentVariables: [
          { name: "NCCL_DEBUG", value: "WARN" },
          { name: "YOLOX_DATADIR", value: "/data" },
        ],
      },
    },
    {
      name: "yolox-s-onnx",
      description: "Export of yolox-s for ONNX Runtime, opset 11, 640 × 640. Not for training.",
      type: "OBJECT_DETECTION",
      framework: "ONNX",
      labels: labelMap(coco),
    },
  ],
};
