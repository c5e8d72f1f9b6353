import type { DemoModel } from "./model.ts";

export const fireDetection: DemoModel = {
  name: "Fire and Smoke Detection",
  description: "Planned: early warning for the warehouse cameras. The images are still being annotated.",
  versions: [],
};
