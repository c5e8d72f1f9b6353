import { registerEnumType } from "type-graphql";

export enum DetectionType {
  CLASSIFICATION = "CLASSIFICATION",
  OBJECT_DETECTION = "OBJECT_DETECTION",
  SEGMENTATION = "SEGMENTATION",
  POINT = "POINT",
  LINE = "LINE",
}

registerEnumType(DetectionType, {
  name: "DetectionType",
  description: "What a model finds in an image.",
  valuesConfig: {
    CLASSIFICATION: { description: "One label, or several, for the whole image." },
    OBJECT_DETECTION: { description: "Labelled boxes." },
    SEGMENTATION: { description: "Labelled masks or polygons." },
    POINT: { description: "Labelled points." },
    LINE: { description: "Labelled lines." },
  },
});

export enum Framework {
  TENSORFLOW = "TENSORFLOW",
  PYTORCH = "PYTORCH",
  ONNX = "ONNX",
}

registerEnumType(Framework, {
  name: "Framework",
  description: "What a model's files are made for.",
  valuesConfig: {
    TENSORFLOW: { description: "TensorFlow." },
    PYTORCH: { description: "PyTorch." },
    ONNX: { description: "ONNX, the open exchange format." },
  },
});
