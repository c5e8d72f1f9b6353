import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { stallTimer } from "../src/http/stall-timer.ts";

const chunk = Buffer.alloc(10);

async function* sender(chunks: number, then = async () => {}): AsyncGenerator<Buffer> {
  for (let count = 0; count < chunks; count += 1) yield chunk;
  await then();
}

async function receive(bytes: AsyncIterable<Buffer>, pause: number): Promise<number> {
  let received = 0;
  for await (const { length } of bytes) {
    received += length;
    await sleep(pause);
  }
  return received;
}

const never = () => new Promise<void>(() => {});

test("whoever takes bytes may be slower than any sender", async () => {
  expect(await receive(stallTimer(sender(5), { bytes: 1_000, within: 50 }), 60)).toBe(50);
});

test.each([0, 60])(
  "a sender that sends nothing more is given up, also by who takes %d ms for each chunk",
  async (pause) => {
    const bytes = stallTimer(sender(3, never), { bytes: 1_000, within: 50 });
    await expect(receive(bytes, pause)).rejects.toThrow("Expected at least 1000 bytes in 0.05 s");
  },
);

test("a failure of the sender is passed on", async () => {
  const failing = sender(2, () => Promise.reject(new Error("The body ended early.")));
  await expect(receive(stallTimer(failing, { bytes: 1_000, within: 50 }), 0)).rejects.toThrow("ended early");
});

test("enough bytes begin the time anew", async () => {
  async function* slow() {
    for (let count = 0; count < 6; count += 1) {
      await sleep(30);
      yield chunk;
    }
  }
  expect(await receive(stallTimer(slow(), { bytes: 10, within: 100 }), 0)).toBe(60);
});
