import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { collectHead, detectFormat, headBytes } from "../src/blob/detect-format.ts";
import { FileFormat } from "../src/blob/file-format.ts";

const folder = "test/support/formats";
/** Files as Python's own libraries write them; those of TensorFlow and GGUF by hand. */
const files: { [name: string]: keyof typeof FileFormat } = {
  "README.md": "UNKNOWN",
  "calls.pkl": "PICKLE",
  "checkpoint.pt": "PYTORCH",
  "classes.csv": "UNKNOWN",
  "config.json": "JSON",
  "data.yaml": "YAML",
  "frozen.pb": "TENSORFLOW",
  "labels.txt": "UNKNOWN",
  "labels.zip": "ZIP",
  "legacy.pth": "PYTORCH",
  "model.ckpt.index": "TENSORFLOW",
  "model.gguf": "GGUF",
  "model.onnx": "ONNX",
  "model.safetensors": "SAFETENSORS",
  "model.tflite": "TFLITE",
  "protocol-0.pkl": "PICKLE",
  "protocol-1.pkl": "PICKLE",
  "protocol-2.pkl": "PICKLE",
  "protocol-3.pkl": "PICKLE",
  "protocol-4.pkl": "PICKLE",
  "protocol-5.pkl": "PICKLE",
  "saved_model.pb": "TENSORFLOW",
  "weights.h5": "HDF5",
};

test("every example is tested", () => {
  expect(readdirSync(folder).sort()).toEqual(Object.keys(files));
});

test.each(Object.entries(files))("%s is %s", (name, format) => {
  expect(formatOf(read(name))).toBe(format);
});

test("a file that is longer than its head is told by the head", () => {
  const long = (name: string, filler: string) =>
    Buffer.concat([read(name).subarray(0, -1), Buffer.alloc(2 * headBytes, filler)]);
  expect(formatOf(long("data.yaml", "\n  more: text"))).toBe("YAML");
  expect(formatOf(long("data.yaml", "\nmore text"))).toBe("UNKNOWN");
  expect(formatOf(Buffer.from(`[${'{ "name": "né \\" {", "n": [1.5e3, null] }, '.repeat(5_000)}1]`))).toBe(
    "JSON",
  );
  expect(formatOf(Buffer.from("{}\n".repeat(50_000)))).toBe("UNKNOWN");
  expect(formatOf(Buffer.concat([Buffer.from("\x80\x04X\0\0\x10\0", "latin1"), Buffer.alloc(2 ** 20)]))).toBe(
    "PICKLE",
  );
  expect(formatOf(safetensors(" ".repeat(3 * headBytes)))).toBe("SAFETENSORS");
});

test("what can run code is told as such, whatever it looks like beside", () => {
  const archive = read("checkpoint.pt");
  for (const disguise of ["model.gguf", "config.json", "model.onnx", "weights.h5"])
    expect(formatOf(Buffer.concat([read(disguise), archive]))).toBe("PYTORCH");
  expect(formatOf(Buffer.concat([read("protocol-4.pkl"), archive.subarray(0, 20)]))).toBe("PICKLE");
  expect(formatOf(Buffer.from("cos\nsystem\n(S'id'\ntR."))).toBe("PICKLE");
});

test("a header of safetensors whose length looks like the beginning of a pickle is no pickle", () => {
  for (const length of [0x280, 0x2802, 0x280280, 0x950480]) {
    const header = `{"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}${" ".repeat(length - 54)}}`;
    expect(formatOf(safetensors("", header))).toBe("SAFETENSORS");
  }
});

test("no bytes are too odd", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(10_000), (array, more) => {
      expect(Object.values(FileFormat)).toContain(detectFormat(Buffer.from(array), array.length + more));
    }),
    { numRuns: 5_000 },
  );
});

test("random bytes are of no format, nearly always", () => {
  const formats = Array.from({ length: 5_000 }, () => detectFormat(randomBytes(64), 64));
  expect(formats.filter((format) => format !== FileFormat.UNKNOWN).length).toBeLessThan(50);
});

test("no file is too short, too long or too damaged", () => {
  const change = fc.record({ at: fc.nat(), byte: fc.nat(255) });
  fc.assert(
    fc.property(
      ...[
        fc.constantFrom(...Object.keys(files)),
        fc.nat(),
        fc.nat(2 ** 40),
        fc.array(change, { maxLength: 5 }),
      ],
      (name, length, more, changes) => {
        const bytes = read(name).subarray(0, length % 2_000);
        for (const { at, byte } of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
        expect(Object.values(FileFormat)).toContain(detectFormat(bytes, bytes.length + more));
      },
    ),
    { numRuns: 3_000 },
  );
});

test("the head of a file is the same, however it is cut into chunks", () => {
  const bytes = Buffer.from(Array.from({ length: headBytes + 3_000 }, (_, index) => index % 251));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 10 }), (lengths) => {
      const collected = collectHead();
      let at = 0;
      for (const length of [...lengths, bytes.length]) {
        const chunk = Buffer.from(bytes.subarray(at, at + length));
        collected.update(chunk);
        chunk.fill(0);
        at += length;
      }
      expect(collected.head().equals(bytes.subarray(0, headBytes))).toBe(true);
    }),
  );
});

function formatOf(bytes: Buffer): FileFormat {
  return detectFormat(bytes.subarray(0, headBytes), bytes.length);
}

function read(name: string): Buffer {
  return readFileSync(`${folder}/${name}`);
}

function safetensors(
  padding: string,
  header = `{"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}${padding}}`,
) {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header)]);
}
