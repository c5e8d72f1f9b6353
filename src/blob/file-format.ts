import { registerEnumType } from "type-graphql";

export enum FileFormat {
  ONNX = "ONNX",
  SAFETENSORS = "SAFETENSORS",
  PYTORCH = "PYTORCH",
  PICKLE = "PICKLE",
  TENSORFLOW = "TENSORFLOW",
  TFLITE = "TFLITE",
  GGUF = "GGUF",
  HDF5 = "HDF5",
  JSON = "JSON",
  YAML = "YAML",
  ZIP = "ZIP",
  UNKNOWN = "UNKNOWN",
}

/** What can run code when it is loaded. */
export const runningCode: FileFormat[] = [FileFormat.PICKLE, FileFormat.PYTORCH];

registerEnumType(FileFormat, {
  name: "FileFormat",
  description: "What the bytes of a file look like, whatever it is called.",
  valuesConfig: {
    ONNX: { description: "An ONNX model." },
    SAFETENSORS: { description: "Tensors in the safetensors format, which cannot run code." },
    PYTORCH: {
      description: "A PyTorch checkpoint: a pickle in a zip archive. It can run code when it is loaded.",
    },
    PICKLE: { description: "A Python pickle. It can run code when it is loaded." },
    TENSORFLOW: { description: "A TensorFlow graph, SavedModel or checkpoint." },
    TFLITE: { description: "A TensorFlow Lite model." },
    GGUF: { description: "A GGUF model." },
    HDF5: { description: "An HDF5 container, such as Keras weights." },
    JSON: { description: "JSON text." },
    YAML: { description: "YAML text." },
    ZIP: { description: "A zip archive of something else." },
    UNKNOWN: { description: "None of the others." },
  },
});
