import { isDeepStrictEqual } from "node:util";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { dockerImage, removeDockerImage, updateDockerImage } from "./support/docker-image.ts";
import { afterwards, type Image, steps } from "./support/docker-image-model.ts";
import { aRegistry } from "./support/registry.ts";
import { aModel, aVersion } from "./support/seed.ts";

test("any sequence of edits gives what the rules say; what is refused or tried changes nothing", async () => {
  const registry = await aRegistry();
  const modelId = await aModel(registry);
  const outcomes = { changed: 0, unchanged: 0, refused: 0, tried: 0, stale: 0 };

  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      let image: Image | null = {
        image: "acme/a",
        tag: null,
        digest: null,
        flags: [],
        environmentVariables: [],
      };
      const id = await aVersion(registry, modelId, { dockerImage: { image: "acme/a" } });
      let shown = await dockerImage(registry, id);
      for (const { input, dryRun, off } of sequence) {
        const revision: number = shown.revisions.dockerImage;
        const edit = { id, dryRun, ...(off !== undefined && { expectedRevision: revision + off }) };
        const answer = await (input === "remove"
          ? removeDockerImage(registry, edit)
          : updateDockerImage(registry, { ...edit, input }));

        const after: Image | null | undefined = off === 1 ? undefined : afterwards(image, input);
        expect(answer.userErrors.length > 0).toBe(after === undefined);
        if (input !== "remove") expect(answer.dockerImage).toEqual(after ? view(after) : null);
        const changes = after !== undefined && !dryRun && !isDeepStrictEqual(after, image);
        if (changes) image = after;
        else expect(answer.modelVersion).toEqual(shown);
        if (off === 1) outcomes.stale += 1;
        else
          outcomes[changes ? "changed" : after === undefined ? "refused" : dryRun ? "tried" : "unchanged"] +=
            1;

        shown = await dockerImage(registry, id);
        expect(shown).toEqual(answer.modelVersion);
        expect(shown).toMatchObject({
          dockerImage: image && view(image),
          trainable: { ready: image !== null },
          revisions: { about: 1, dockerImage: changes ? revision + 1 : revision },
        });
      }
    }),
    { numRuns: 60 },
  );
  // The sequences are of use: each outcome occurs.
  expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(0);
});

function view(image: Image) {
  const environmentVariables = image.environmentVariables.map((each) => ({ ...each, visibility: "SHOWN" }));
  return { ...image, environmentVariables };
}
