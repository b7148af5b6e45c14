import { describe, expect, test } from "vitest";
import {
  add,
  constant,
  matmul,
  mul,
  type Node,
  reshape,
  sin,
  square,
  tanh,
} from "../../../src/graph/index.js";
import {
  compileSpectralRadius,
  defineField,
  type Field,
  type SpectralRadii,
} from "../../../src/ode/index.js";
import { fromNumbers, Random, type Tensor } from "../../../src/tensor/index.js";
import { oracleField } from "../../helpers/mlp-field.js";

/** dz/ds = A z, for row vectors z Aᵀ. */
function linearField(rows: readonly (readonly number[])[]): Field {
  const [n, flat] = [rows.length, rows.flat()];
  return defineField(["batch", n], (_, z) =>
    matmul(z, constant(fromNumbers(flat, [n, n])), { transposeB: true }),
  );
}

async function radiiOf(
  field: Field,
  z: Tensor,
  options: {
    iterations?: number;
    s?: number;
    controls?: Record<string, Tensor>;
    parameters?: Record<string, Tensor>;
  } = {},
): Promise<SpectralRadii> {
  const { iterations = 60, s = 0, ...rest } = options;
  const radius = await compileSpectralRadius(field, { iterations, threads: 1 });
  try {
    return await radius.run({ z, s, ...rest }, new Random(7));
  } finally {
    await radius.dispose();
  }
}

const states = (count: number, width: number): Tensor =>
  fromNumbers(
    Float64Array.from({ length: count * width }, (_, i) => Math.sin(i + 1)),
    [count, width],
  );

/** S diag(blocks) S⁻¹ would hide nothing here: triangular matrices and rotations have the eigenvalues that one sees. */
const matrices = {
  "one number": { rows: [[-3]], radius: 3 },
  "a real eigenvalue, far above the next": {
    rows: [
      [-5, 1, 2],
      [0, 1, 3],
      [0, 0, 0.5],
    ],
    radius: 5,
  },
  "a complex pair": {
    rows: [
      [0.5, 4, 1],
      [-4, 0.5, 2],
      [0, 0, 1],
    ],
    radius: Math.hypot(0.5, 4),
  },
  "a complex pair in the plane": {
    rows: [
      [1, 7],
      [-2, 1],
    ],
    radius: Math.sqrt(1 + 14),
  },
  "λ and −λ": {
    rows: [
      [2, 5, 0],
      [0, -2, 1],
      [0, 0, 0.1],
    ],
    radius: 2,
  },
  "two equal eigenvalues": {
    rows: [
      [2, 0, 0],
      [0, 2, 0],
      [0, 0, 1],
    ],
    radius: 2,
  },
  "a defective one in the plane": {
    rows: [
      [2, 1],
      [0, 2],
    ],
    radius: 2,
  },
  "no eigenvalue but zero": {
    rows: [
      [0, 1],
      [0, 0],
    ],
    radius: 0,
  },
  zeros: {
    rows: [
      [0, 0],
      [0, 0],
    ],
    radius: 0,
  },
  "a far from normal one": {
    rows: [
      [1, 100],
      [0, 0.5],
    ],
    radius: 1,
  },
};

describe("the spectral radius of a linear field", () => {
  test.each(Object.entries(matrices))("%s", async (_, { rows, radius }) => {
    const { radii, unsettled } = await radiiOf(linearField(rows), states(3, rows.length));
    expect(unsettled).toBe(0);
    // A double eigenvalue that is defective is known to the root of the precision.
    for (const found of radii) expect(Math.abs(found - radius)).toBeLessThan(1e-5 * (1 + radius));
  });

  test("that comes to no plane is the mean growth, and says so", async () => {
    // A rotation and a reflection of the same size: no plane of the three is the largest.
    const { radii, unsettled } = await radiiOf(
      linearField([
        [0, 3, 0],
        [-3, 0, 0],
        [0, 0, 3],
      ]),
      states(2, 3),
    );
    expect(unsettled).toBe(2);
    for (const found of radii) expect(found).toBeCloseTo(3, 9);
  });

  test("of images is that of all their numbers", async () => {
    const field = defineField(["batch", 1, 2, 2], (_, z) => {
      const flat = reshape(z, [z.shape[0] ?? 1, 4]);
      const rows = [
        [0, 0, 0, 2],
        [0, 1, 0, 0],
        [0, 0, -1.5, 0],
        [2, 0, 0, 0],
      ];
      return reshape(matmul(flat, constant(fromNumbers(rows.flat(), [4, 4])), { transposeB: true }), z.shape);
    });
    const { radii } = await radiiOf(field, fromNumbers(new Float64Array(8), [2, 1, 2, 2]));
    for (const found of radii) expect(found).toBeCloseTo(2, 5);
  });
});

/** Eigenvalues of 2 × 2 Jacobians by central differences, from trace and determinant. */
function byDifferences(f: (x: number, y: number) => readonly [number, number], x: number, y: number): number {
  const h = 1e-5;
  const column = (dx: number, dy: number): number[] => {
    const [after, before] = [f(x + dx, y + dy), f(x - dx, y - dy)];
    return after.map((value, i) => (value - (before[i] ?? 0)) / (2 * h));
  };
  const [[a = 0, c = 0], [b = 0, d = 0]] = [column(h, 0), column(0, h)] as [number[], number[]];
  const [half, product] = [(a + d) / 2, a * d - b * c];
  const under = half * half - product;
  return under < 0 ? Math.sqrt(product) : Math.abs(half) + Math.sqrt(under);
}

describe("the spectral radius of a field that is not linear", () => {
  test("is that of the Jacobian at every state, its depth, control and parameters", async () => {
    const field = defineField(
      ["batch", 2],
      (s, z, { gain, push }) => {
        const turned = matmul(z, constant(fromNumbers([0, 1, -1, 0], [2, 2])));
        return add(mul(tanh(mul(turned, gain as Node)), add(s, 1)), mul(square(sin(z)), push as Node));
      },
      { controls: { push: { shape: ["batch", 1] } }, parameters: { gain: fromNumbers([2], []) } },
    );
    const z = states(4, 2);
    const push = fromNumbers([0.5, -1, 2, 3], [4, 1]);
    const options = { s: 0.4, controls: { push }, parameters: { gain: fromNumbers([5], []) } };
    const { radii, unsettled } = await radiiOf(field, z, options);
    expect(unsettled).toBe(0);
    radii.forEach((found, i) => {
      const strength = Number(push.data[i]);
      const f = (x: number, y: number): [number, number] => [
        Math.tanh(-5 * y) * 1.4 + strength * Math.sin(x) ** 2,
        Math.tanh(5 * x) * 1.4 + strength * Math.sin(y) ** 2,
      ];
      expect(found).toBeCloseTo(byDifferences(f, Number(z.data[2 * i]), Number(z.data[2 * i + 1])), 5);
    });
  });

  test("is found for a network, whose weights are inputs", async () => {
    const field = oracleField("float32");
    const z = states(16, 3);
    const { radii, unsettled } = await radiiOf(field, z, { s: 0.3, iterations: 200 });
    expect(unsettled).toBeLessThanOrEqual(1);
    expect(Math.min(...radii)).toBeGreaterThan(0);
    const last = field.parameters["4.weight"] as Tensor;
    const doubled = { ...last, data: Float32Array.from(last.data as Float32Array, (x) => 2 * x) } as Tensor;
    const twice = await radiiOf(field, z, { s: 0.3, iterations: 200, parameters: { "4.weight": doubled } });
    radii.forEach((radius, i) => {
      expect((twice.radii[i] ?? 0) / radius).toBeCloseTo(2, 4);
    });
  });
});

test("what has no Jacobian or no sense is refused", async () => {
  const field = linearField([
    [1, 0],
    [0, 2],
  ]);
  await expect(compileSpectralRadius(field, { tolerance: 0 })).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
  });
  await expect(compileSpectralRadius(field, { iterations: 1.5 })).rejects.toThrow("at least 1");
  await expect(radiiOf(field, states(2, 3))).rejects.toMatchObject({ code: "SHAPE_MISMATCH" });
  const steep = defineField(["batch", 2], (_, z) => mul(square(z), 1e30));
  await expect(radiiOf(steep, fromNumbers([1e300, 1, 1, 1], [2, 2], "float64"))).rejects.toMatchObject({
    code: "NON_FINITE",
    facts: { what: "Jacobian of sample 0" },
  });
});
