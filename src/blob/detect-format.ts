import { FileFormat } from "./file-format.ts";
import { isPickle } from "./pickle.ts";
import { fieldsOf, type ProtobufField } from "./protobuf.ts";
import { isJson, isYaml, textOf } from "./text-format.ts";

/** Bytes at the beginning of a file by which its format is told. */
export const headBytes = 64 * 1024;

/** What all formats look like, the first that fits: what can run code comes first, whatever else it looks like. */
const looks: [FileFormat, (head: Buffer, size: number) => boolean][] = [
  [FileFormat.PYTORCH, isPyTorch],
  [FileFormat.PICKLE, isPickle],
  [FileFormat.SAFETENSORS, isSafetensors],
  [FileFormat.GGUF, (head) => hasAt(head, 0, "GGUF") && head.length >= 24],
  [FileFormat.HDF5, (head) => [0, 512, 1024, 2048].some((at) => hasAt(head, at, "\x89HDF\r\n\x1a\n"))],
  [FileFormat.TFLITE, (head) => hasAt(head, 4, "TFL3")],
  [FileFormat.ONNX, isOnnx],
  [FileFormat.TENSORFLOW, isTensorFlow],
  [FileFormat.ZIP, (head) => hasAt(head, 0, zipEntry) || hasAt(head, 0, "PK\x05\x06")],
  [FileFormat.JSON, (head, size) => isJson(textIn(head, size), size > head.length)],
  [FileFormat.YAML, (head, size) => isYaml(textIn(head, size), size > head.length)],
];

/** What a file looks like by its first bytes: as many as `headBytes`, or all that there are. */
export function detectFormat(head: Buffer, size: number): FileFormat {
  const [format] = looks.find(([, fits]) => fits(head, size)) ?? [FileFormat.UNKNOWN];
  return format;
}

/** Keeps the first bytes of a file while it passes. */
export function collectHead(): { update(chunk: Buffer): void; head(): Buffer } {
  const chunks: Buffer[] = [];
  let missing = headBytes;
  return {
    update(chunk) {
      if (missing === 0) return;
      const kept = Buffer.from(chunk.subarray(0, missing)); // the chunk itself may be used again, or be part of a large one
      chunks.push(kept);
      missing -= kept.length;
    },
    head: () => Buffer.concat(chunks),
  };
}

const zipEntry = "PK\x03\x04";

/** A zip archive with a pickle called data.pkl, wherever it begins; or, as it was once, pickles that begin with a magic number. */
function isPyTorch(head: Buffer): boolean {
  if (hasAt(head, 0, "\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.")) return true;
  const entry = head.indexOf(zipEntry, 0, "latin1");
  return entry >= 0 && head.indexOf("data.pkl", entry, "latin1") >= 0;
}

/** The length of a header, and the header in JSON. */
function isSafetensors(head: Buffer, size: number): boolean {
  if (head.length < 10 || head[8] !== 0x7b) return false;
  const length = Number(head.readBigUInt64LE(0));
  const end = 8 + length;
  if (length < 2 || end > size) return false;
  const isCut = end > head.length;
  return isJson(textOf(head.subarray(8, end), isCut) ?? "", isCut);
}

/** A ModelProto: the version of the format comes first, and the graph's fields have the numbers of a graph. */
function isOnnx(head: Buffer, size: number): boolean {
  let before = 0;
  for (const { number, isLong, value, start, end } of fieldsOf(head, 0, size)) {
    if (before === 0 && (number !== 1 || isLong || value < 1 || value > 1_000)) return false;
    if (number < before || isLong !== (number !== 1 && number !== 5)) return false;
    if (number === 7) {
      const [first] = fieldsOf(head, start, end);
      return [1, 2, 5, 10, 11, 12, 13, 14].some((each) => isMessage(first, each));
    }
    before = number;
  }
  return false;
}

/** A SavedModel, a frozen graph, or the index of a checkpoint. */
function isTensorFlow(head: Buffer, size: number): boolean {
  return isSavedModel(head, size) || isGraphDef(head, size) || isCheckpointIndex(head);
}

/** Its version, which is 1, and a MetaGraphDef, whose first field is a message about it. */
function isSavedModel(head: Buffer, size: number): boolean {
  const [version, metaGraph] = fieldsOf(head, 0, size);
  if (version?.number !== 1 || version.value !== 1 || !isMessage(metaGraph, 2)) return false;
  const [about] = fieldsOf(head, metaGraph.start, metaGraph.end);
  return isMessage(about, 1);
}

/** Nodes, each with its name and its operation, such as `Placeholder`. */
function isGraphDef(head: Buffer, size: number): boolean {
  const [node] = fieldsOf(head, 0, size);
  if (!isMessage(node, 1)) return false;
  const [name, operation, next] = fieldsOf(head, node.start, node.end);
  if (!isMessage(name, 1) || !isMessage(operation, 2) || (next && next.number < 3)) return false;
  const text = ({ start, end }: ProtobufField) => head.toString("latin1", start, end);
  return /^[\w./>-]+$/.test(text(name)) && /^[A-Z_]\w+$/.test(text(operation));
}

/** Or text: who does not know the schema cannot tell. */
function isMessage(field: ProtobufField | undefined, number: number): field is ProtobufField {
  return field?.isLong === true && field.number === number;
}

/** The first entry of its table has an empty key, and the number of shards, the order of bytes and the version as its value. */
function isCheckpointIndex(head: Buffer): boolean {
  const isNext = (at: number) => hasAt(head, at, "\x1a\x02\x08\x01");
  return hasAt(head, 0, "\0\0") && head[3] === 0x08 && [5, 6, 7].some(isNext);
}

function textIn(head: Buffer, size: number): string {
  return textOf(head, size > head.length) ?? "";
}

/** Whether the bytes from there on are these, given as Latin-1. */
function hasAt(head: Buffer, at: number, bytes: string): boolean {
  return head.toString("latin1", at, at + bytes.length) === bytes;
}
