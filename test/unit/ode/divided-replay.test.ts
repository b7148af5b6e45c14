import { beforeAll, describe, expect, test } from "vitest";
import type * as Graphs from "../../../src/graph/index.js";
import type * as Networks from "../../../src/nn/index.js";
import type * as Solvers from "../../../src/ode/index.js";
import type { CompiledGradient, Field, GradientOptions, SolveGradient } from "../../../src/ode/index.js";
import { NOISE_CONTROL } from "../../../src/ode/internal.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import { relativeDifference } from "../../helpers/compare.js";

/** A thread needs JavaScript: these tests use what `npm run build` made, which `npm test` does first. */
let ode: Pick<typeof Solvers, "compileGradient" | "defineField" | "fieldAs" | "logDensityField">;
let nn: Pick<typeof Networks, "initialize" | "mlp">;
let graph: Pick<typeof Graphs, "mul" | "reduceSum" | "square" | "sub">;
beforeAll(async () => {
  ode = await import(new URL("../../../dist/ode/index.js", import.meta.url).href);
  nn = await import(new URL("../../../dist/nn/index.js", import.meta.url).href);
  graph = await import(new URL("../../../dist/graph/index.js", import.meta.url).href);
});

const random = new Random(5);
const normal = (rows: number, columns: number): Tensor =>
  fromNumbers(
    Array.from({ length: rows * columns }, () => random.normal()),
    [rows, columns],
    "float64",
  );

/** The log-density of a small flow with Hutchinson's trace: its noise is a control with a row a sample. */
function flow(): Field {
  const module = nn.mlp({ sizes: [2, 8, 2], activation: "tanh" });
  const parameters = nn.initialize(module, new Random(2));
  const field = ode.defineField(["batch", 2], (_s, z, nodes) => module.apply(nodes, z), { parameters });
  return ode.logDensityField(ode.fieldAs(field, "float64"), { estimator: "hutchinson" }).field;
}

const solvers: Readonly<Record<string, Pick<GradientOptions, "method">>> = {
  dopri5: { method: "dopri5@1e-7" },
  "Heun, 5 steps": { method: "heun:5" },
};

describe("a gradient whose rows are divided among threads", () => {
  test.each(
    Object.entries(solvers).flatMap(([name, solver]) =>
      [40, 129, 200].map((rows) => ({ name, solver, rows })),
    ),
  )("is that of one program: $name, $rows rows", async ({ solver, rows }) => {
    const field = flow();
    const options = { ...solver, times: [0, 0.4, 1] };
    const z0 = normal(rows, 3);
    const cotangents = [undefined, normal(rows, 3), normal(rows, 3)];
    const controls = { [NOISE_CONTROL]: normal(rows, 2) };
    const run = async (gradient: CompiledGradient): Promise<SolveGradient> => {
      const result = await gradient.run(z0, () => cotangents, { controls });
      await gradient.dispose();
      return result;
    };
    const whole = await run(await ode.compileGradient(field, { ...options, threads: 1 }));
    const before = z0.data.slice();
    const divided = await run(
      await ode.compileGradient(field, { ...options, threads: 3, parallel: "batch" }),
    );
    expect(z0.data).toEqual(before);
    expect(divided.solution.statistics.nfe).toBe(whole.solution.statistics.nfe);
    expect(divided.backward.nfe).toBe(whole.backward.nfe);
    const all = ({ z0, parameters, controls }: SolveGradient) => ({ z0, ...parameters, ...controls });
    const expected = all(whole);
    expect(Object.keys(all(divided)).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, value] of Object.entries(all(divided))) {
      const own = expected[name as keyof typeof expected] as Tensor;
      expect(value.shape).toEqual(own.shape);
      expect(relativeDifference(toFloat64(value), toFloat64(own))).toBeLessThan(1e-9);
    }
  });

  test("comes out the same again, and stops at its signal", async () => {
    const abort = new AbortController();
    const options = { times: [0, 1], method: "heun:4", threads: 2, parallel: "batch" } as const;
    const gradient = await ode.compileGradient(flow(), { ...options, signal: abort.signal });
    const [z0, cotangent] = [normal(200, 3), normal(200, 3)];
    const inputs = { controls: { [NOISE_CONTROL]: normal(200, 2) } };
    const first = await gradient.run(z0, cotangent, inputs);
    expect((await gradient.run(z0, cotangent, inputs)).parameters).toEqual(first.parameters);
    const stopping = (): Tensor => {
      abort.abort();
      return cotangent;
    };
    await expect(gradient.run(z0, stopping, inputs)).rejects.toMatchObject({ code: "INTERRUPTED" });
    await gradient.dispose();
  });

  test("is not divided where rows depend on each other", async () => {
    const { mul, reduceSum, square, sub } = graph;
    const field = ode.defineField(["batch", 2], (_s, z) => sub(z, mul(z, reduceSum(square(z)))));
    const options = { times: [0, 0.1], method: "heun:2" } as const;
    const z0 = fromNumbers(
      toFloat64(normal(200, 2)).map((value) => value / 20),
      [200, 2],
    );
    const run = async (parallel: "batch" | "operators"): Promise<SolveGradient> => {
      const gradient = await ode.compileGradient(field, { ...options, threads: 2, parallel });
      const result = await gradient.run(z0, z0);
      await gradient.dispose();
      return result;
    };
    const [whole, divided] = [await run("operators"), await run("batch")];
    expect(relativeDifference(toFloat64(divided.z0), toFloat64(whole.z0))).toBeLessThan(1e-6);
  });
});
