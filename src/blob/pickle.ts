/** How an opcode's argument is written: in some bytes, after its length in some bytes, or in lines that look like this. */
type Argument = { bytes: number } | { lengthBytes: number } | { lines: RegExp[] };

const name = /^[\w.<>]+$/;
const argumentOf = new Map<number, Argument>([
  ...opcodes("(012NQR]})abdelostu\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94\x97\x98", { bytes: 0 }),
  ...opcodes("Khq\x80\x82", { bytes: 1 }),
  ...opcodes("M\x83", { bytes: 2 }),
  ...opcodes("Jjr\x84", { bytes: 4 }),
  ...opcodes("G\x95", { bytes: 8 }),
  ...opcodes("UC\x8a\x8c", { lengthBytes: 1 }),
  ...opcodes("TXB\x8b", { lengthBytes: 4 }),
  ...opcodes("\x8d\x8e\x96", { lengthBytes: 8 }),
  ...opcodes("gp", { lines: [/^\d+$/] }),
  ...opcodes("IL", { lines: [/^-?\d+L?$/] }),
  ...opcodes("F", { lines: [/^[-+.\deinfa]+$/] }),
  ...opcodes("S", { lines: [/^(["']).*\1$/] }),
  ...opcodes("VP", { lines: [/^/] }),
  ...opcodes("ci", { lines: [name, name] }),
]);
const calling = new Set(bytesOf("Rio\x81\x92"));
const [header, stop, newline] = bytesOf("\x80.\n");

/**
 * Whether bytes are a pickle, as far as they show. From protocol 2 on there is a header, and either the opcodes after it come
 * to their end, or something is called before a fault: that would have run. Earlier ones have to be whole, or without a fault for long.
 */
export function isPickle(head: Buffer, size: number): boolean {
  const { count, end, calls } = readOpcodes(head);
  const isCut = end === "CUT" && size > head.length;
  const [first = 0, protocol = 0] = head;
  if (first === header) return protocol >= 2 && protocol <= 5 && (end === "STOP" || isCut || calls);
  if (!bytesOf("(]}c").includes(first)) return false;
  return (end === "STOP" && count >= 3) || (isCut && count >= 50);
}

interface OpcodesRead {
  count: number;
  /** STOP is the opcode at the end of every pickle. */
  end: "STOP" | "CUT" | "INVALID";
  /** Whether something is called that can be code. */
  calls: boolean;
}

function readOpcodes(bytes: Buffer): OpcodesRead {
  const read: OpcodesRead = { count: 0, end: "CUT", calls: false };
  for (let at = 0; at < bytes.length; read.count += 1) {
    const opcode = bytes.readUInt8(at);
    if (opcode === stop) return { ...read, end: "STOP" };
    const next = afterArgument(bytes, at + 1, argumentOf.get(opcode));
    if (next === undefined) return { ...read, end: "INVALID" };
    read.calls ||= calling.has(opcode);
    at = next;
  }
  return read;
}

/** Where an argument ends, which can be after the last byte; undefined when there is no such opcode, or argument. */
function afterArgument(bytes: Buffer, at: number, argument: Argument | undefined): number | undefined {
  if (!argument) return undefined;
  if ("bytes" in argument) return at + argument.bytes;
  if ("lengthBytes" in argument) {
    const start = at + argument.lengthBytes;
    return start + bytes.subarray(at, start).reduceRight((length, byte) => length * 256 + byte, 0);
  }
  let next = at;
  for (const form of argument.lines) {
    const end = bytes.indexOf(newline ?? 0, next);
    if (end < 0) return bytes.length;
    if (!form.test(bytes.toString("latin1", next, end))) return undefined;
    next = end + 1;
  }
  return next;
}

function opcodes(characters: string, argument: Argument): [number, Argument][] {
  return bytesOf(characters).map((opcode) => [opcode, argument]);
}

function bytesOf(characters: string): number[] {
  return [...Buffer.from(characters, "latin1")];
}
