import { describe, expect, test } from "vitest";
import type { FitSpec } from "../../../src/hypersolver/index.js";
import type { Field } from "../../../src/ode/index.js";
import { fitted, pendulum, smallFit } from "../../helpers/fitting.js";
import { convolutionalField, decay, smallImageFit } from "../../helpers/image-fields.js";

const field = convolutionalField();

describe("a fit on images refuses", () => {
  const refused = (options: Partial<FitSpec>, of: Field = field): Promise<unknown> =>
    fitted(of, { ...smallImageFit, iterations: 2, ...options });

  test("features of another size, by name", async () => {
    const options = { inputs: ["z", "features"], features: ["small"] } as const;
    await expect(refused(options)).rejects.toMatchObject({
      code: "SHAPE_MISMATCH",
      facts: { what: expect.stringContaining("feature small"), received: expect.stringContaining("3, 2") },
    });
  });

  test("an architecture that does not exist, or is for vectors", async () => {
    await expect(refused({ architecture: "mlp" as never })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { what: "architecture", expected: expect.stringContaining("mnist-paper") },
    });
  });

  test("features where the field has no hidden layer", async () => {
    await expect(refused({ architecture: "features" }, decay())).rejects.toMatchObject({
      facts: { what: "features" },
    });
  });

  test.each([
    ["architecture", { architecture: "mnist-paper" }],
    ["kernels", { kernels: [3, 3] }],
    ["meshPoints", { meshPoints: 2 }],
    ["activation", { activation: "channel-prelu" }],
  ] satisfies [string, Partial<FitSpec>][])("%s for vector states", async (what, options) => {
    await expect(fitted(pendulum(), { ...smallFit, ...options })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { what },
    });
  });

  test.each([
    ["trajectoryIterations", { trajectoryIterations: -1 }],
    ["finalLearningRate", { finalLearningRate: Number.NaN }],
    ["referenceMemory", { referenceMemory: -1 }],
    ["meshPoints", { meshPoints: 0 }],
    ["kernels", { kernels: [3] }],
  ] satisfies [string, Partial<FitSpec>][])("an unusable %s", async (what, options) => {
    await expect(refused(options)).rejects.toMatchObject({ code: "INVALID_ARGUMENT", facts: { what } });
  });
});
