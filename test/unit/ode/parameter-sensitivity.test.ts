import { describe, expect, test } from "vitest";
import { matmul, type Node } from "../../../src/graph/index.js";
import { compileParameterSensitivity, defineField, type FieldPlace } from "../../../src/ode/index.js";
import type { NamedTensors } from "../../../src/runtime/index.js";
import { fromNumbers, Random, toFloat64 } from "../../../src/tensor/index.js";
import { normals, smallField, wideField } from "../../helpers/flows.js";

describe("how much a field depends on its parameters", () => {
  test("is the root of the largest eigenvalue of the mean of z zᵀ for dz/ds = W z", async () => {
    const field = defineField(["batch", 2], (_, z, { W }) => matmul(z, W as Node), {
      parameters: { W: fromNumbers([1, 2, 3, 4], [2, 2]) },
    });
    const places = [
      { s: 0, z: fromNumbers([1, 2, -1, 0.5], [2, 2]) },
      { s: 1, z: fromNumbers([3, 1], [1, 2]) },
    ];
    const sensitivity = await compileParameterSensitivity(field, { tolerance: 1e-12 });
    const found = await sensitivity.norm(field.parameters, places, new Random(1));
    // Of (1, 2), (−1, 0.5) and (3, 1): sums of products 11, 4.5, 5.25 over 3 states.
    const [a, b, c] = [11 / 3, 4.5 / 3, 5.25 / 3];
    const largest = (a + c) / 2 + Math.sqrt(((a - c) / 2) ** 2 + b * b);
    expect(Math.abs(found / Math.sqrt(largest) - 1)).toBeLessThan(1e-6);
    const moved = { W: fromNumbers([1, 2, 3, 5], [2, 2]) };
    // Only the second column moves, by the second component of z: 2, 0.5, 1.
    const change = await sensitivity.change(field.parameters, moved, places);
    expect(change).toBeCloseTo(Math.sqrt(5.25 / 3), 10);
    await sensitivity.dispose();
  });

  test("lies between every small move's change and the Frobenius norm", async () => {
    const field = wideField(2, { hidden: [5] });
    const places: FieldPlace[] = [0.2, 0.9].map((s, i) => ({ s, z: normals(4, 2, 7 + i) }));
    const sensitivity = await compileParameterSensitivity(field);
    const norm = await sensitivity.norm(field.parameters, places, new Random(2));
    const step = 1e-6;
    let squares = 0;
    for (const [name, value] of Object.entries(field.parameters)) {
      for (let i = 0; i < value.data.length; i++) {
        const data = toFloat64(value).slice();
        data[i] = (data[i] ?? 0) + step;
        const after: NamedTensors = {
          ...field.parameters,
          [name]: fromNumbers(data, value.shape, "float64"),
        };
        const slope = (await sensitivity.change(field.parameters, after, places)) / step;
        expect(slope).toBeLessThanOrEqual(norm * 1.001);
        squares += slope * slope;
      }
    }
    await sensitivity.dispose();
    // Two components: at most half of the squares can lie in other directions than the largest… and at least none.
    expect(norm).toBeLessThan(Math.sqrt(squares) * 1.001);
    expect(norm).toBeGreaterThan(Math.sqrt(squares / (2 * 8)));
  });

  test("refuses fields without parameters and options out of range", async () => {
    const bare = defineField(["batch", 2], (_, z) => z);
    await expect(compileParameterSensitivity(bare)).rejects.toThrow(/parameters to move/);
    await expect(compileParameterSensitivity(smallField(2), { iterations: 0 })).rejects.toThrow(/iterations/);
  });
});
