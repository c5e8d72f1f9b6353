/** A field of a protobuf message: its number, and where its value begins and ends in the bytes. */
export interface ProtobufField {
  number: number;
  /** Whether it is bytes, text or a message; else it is a number. */
  isLong: boolean;
  /** The number, as far as it is a varint. */
  value: number;
  start: number;
  /** Can be after the last byte of what has been read. */
  end: number;
}

/** The fields of a message, one after the other, up to a fault, the end, or the last byte. */
export function* fieldsOf(bytes: Buffer, from = 0, to = bytes.length): Generator<ProtobufField> {
  for (let at = from; at < Math.min(to, bytes.length); ) {
    const tag = readVarint(bytes, at);
    if (!tag) return;
    const field = readValue(bytes, tag);
    if (!field || field.end > to) return;
    yield field;
    at = field.end;
  }
}

interface Varint {
  value: number;
  end: number;
}

function readValue(bytes: Buffer, tag: Varint): ProtobufField | undefined {
  const [number, wireType] = [Math.floor(tag.value / 8), tag.value % 8];
  const field = { number, isLong: false, value: 0, start: tag.end };
  if (number === 0) return undefined;
  if (wireType === 1) return { ...field, end: tag.end + 8 };
  if (wireType === 5) return { ...field, end: tag.end + 4 };
  const varint = readVarint(bytes, tag.end);
  if (!varint) return undefined;
  const { value, end } = varint;
  if (wireType === 0) return { ...field, value, end };
  return wireType === 2 ? { ...field, isLong: true, start: end, end: end + value } : undefined;
}

/** Up to 2^53 exactly; more is about right. */
function readVarint(bytes: Buffer, from: number): Varint | undefined {
  let value = 0;
  for (let at = from; at < Math.min(from + 10, bytes.length); at += 1) {
    const byte = bytes.readUInt8(at);
    value += (byte & 0x7f) * 2 ** (7 * (at - from));
    if (byte < 0x80) return { value, end: at + 1 };
  }
  return undefined;
}
