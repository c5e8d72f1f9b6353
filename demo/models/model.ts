/** A model as the demo describes it. */
export interface DemoModel {
  name: string;
  description: string | null;
  versions: (DemoVersion & { files?: DemoFiles })[];
}

/** Files in `demo/files`, by the names that they have in their version. */
export interface DemoFiles {
  [name: string]: string;
}

/** The form of a version: `CreateModelVersionInput` in schema.graphql. */
export interface DemoVersion {
  name: string;
  description?: string;
  type: "CLASSIFICATION" | "OBJECT_DETECTION" | "SEGMENTATION" | "POINT" | "LINE";
  framework?: "TENSORFLOW" | "PYTORCH" | "ONNX";
  labels?: DemoLabel[];
  parameters?: DemoParameter[];
  dockerImage?: {
    image: string;
    tag?: string;
    digest?: string;
    flags?: string[];
    environmentVariables?: { name: string; value: string }[];
  };
}

export interface DemoLabel {
  index: number;
  name: string;
}

/** The registry takes the type from the value; one that JSON shows as a whole number has to say that it is a FLOAT. */
export interface DemoParameter {
  name: string;
  value: unknown;
  type?: "INTEGER" | "FLOAT" | "STRING" | "BOOLEAN" | "JSON";
}

/** Numbers the classes in their order, from `first` on. */
export function labelMap(names: string[], first = 0): DemoLabel[] {
  return names.map((name, position) => ({ index: first + position, name }));
}
