import { describe, expect, test } from "vitest";
import { cast, mul, type Node, reshape } from "../../../src/graph/index.js";
import { givenStates } from "../../../src/hypersolver/index.js";
import { referenceAt } from "../../../src/hypersolver/reference/reference.js";
import { referenceBatches, stateAt } from "../../../src/hypersolver/reference/reference-batches.js";
import { residualSource } from "../../../src/hypersolver/reference/residual-rows.js";
import { defineField, euler, heun, midpoint } from "../../../src/ode/index.js";
import { fromNumbers, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import { relativeDifference } from "../../helpers/compare.js";
import { settingsFor } from "../../helpers/fitting.js";
import { decay, imageShape, normalTensor, RATE, smallImageFit } from "../../helpers/image-fields.js";

describe("residuals of images", () => {
  test("are (z(s+ε) − z − εψ)/ε^(p+1), as computed in plain float64", async () => {
    for (const [base, terms] of [
      [euler, 1],
      [midpoint, 2],
      [heun, 2],
    ] as const) {
      const exactField = decay();
      const inputs = ["z", "stages", "epsilon", "s", "z0"] as const;
      const fit = settingsFor(exactField, { ...smallImageFit, base: base.name, inputs, epsilon: [0.2, 0.4] });
      const references = await referenceBatches(exactField, fit, referenceAt(1e-10));
      const source = await residualSource(exactField, fit);
      const batch = await references.at(0);
      const parts = await source.rows(batch);
      for (const [i, { s, end }] of batch.pairs.entries()) {
        const x = RATE * (end - s);
        // e^x less its Taylor polynomial, over ε^(p+1).
        const polynomial = terms === 1 ? 1 + x : 1 + x + (x * x) / 2;
        const factor = (Math.exp(x) - polynomial) / (end - s) ** (terms + 1);
        const z = toFloat64(stateAt(batch, s));
        const part = parts[i] ?? {};
        expect(part.z?.data).toEqual(stateAt(batch, s).data);
        expect(part.z0?.data).toEqual(stateAt(batch, 0).data);
        expect(
          relativeDifference(
            toFloat64(part.k0 as Tensor),
            z.map((value) => RATE * value),
          ),
        ).toBeLessThan(1e-6);
        // Float32 states, 6e-8 of them, over ε^(p+1) ≥ 0.008, against residuals of a tenth of the state.
        const residual = toFloat64(part.residual as Tensor);
        expect(
          relativeDifference(
            residual,
            z.map((value) => factor * value),
          ),
        ).toBeLessThan(2e-4);
        expect(part.epsilon?.shape).toEqual([8, 1, 1, 1]);
      }
      await references.dispose();
      await source.dispose();
    }
  });

  test("know labels, which stay integers", async () => {
    const label = { y: { shape: ["batch"], dtype: "int64" } } as const;
    const field = defineField(
      ["batch", ...imageShape],
      (_, z, { y }) => mul(z, reshape(cast(y as Node, "float32"), ["batch", 1, 1, 1])),
      { controls: label },
    );
    const labels = fromNumbers(
      Array.from({ length: 40 }, (_, i) => i % 3),
      [40],
      "int64",
    );
    const states = givenStates("labeled", {
      z0: normalTensor([40, ...imageShape], 1),
      controls: { y: labels },
    });
    const fit = settingsFor(field, { ...smallImageFit, states, base: "euler", epsilon: null });
    const references = await referenceBatches(field, fit, referenceAt(1e-6));
    const source = await residualSource(field, fit);
    const batch = await references.at(0);
    expect(batch.controls.y?.dtype).toBe("int64");
    const [{ residual } = {}] = await source.rows(batch);
    expect(residual?.shape).toEqual([8, ...imageShape]);
    await references.dispose();
    await source.dispose();
  });
});
