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

const runningCode = [FileFormat.PICKLE, FileFormat.PYTORCH];

/** What can hold code, or be a pickle that nobody has recognised. */
const silent = [FileFormat.HDF5, FileFormat.TENSORFLOW, FileFormat.ZIP, FileFormat.UNKNOWN];

/** Whether loading what has a format can run code; null when the format does not tell. */
export function canRunCode(format: FileFormat): boolean | null {
  return runningCode.includes(format) || (silent.includes(format) ? null : false);
}

/** What `canRunCode` tells, in SQL. */
export function canRunCodeSql(format: string): string {
  const known = Object.values(FileFormat).map((each) => [each, canRunCode(each)]);
  return `'${JSON.stringify(Object.fromEntries(known))}'::json -> ${format}`;
}

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
    ZIP: { description: "A zip archive, of what its beginning does not show." },
    UNKNOWN: { description: "None of the others." },
  },
});
