import { describe, expect, test } from "vitest";
import {
  type Graph,
  gradient,
  type InputSpec,
  type NamedNodes,
  type Node,
  trace,
} from "../../../../src/graph/index.js";
import { mlpNetwork } from "../../../../src/hypersolver/correction/network.js";
import { correctedForm } from "../../../../src/hypersolver/learned/corrected-form.js";
import { corrected } from "../../../../src/hypersolver/learned/corrected-method.js";
import { logEndDistance } from "../../../../src/hypersolver/learned/end-error.js";
import { pairSpecs, siteOf } from "../../../../src/hypersolver/learned/pair-program.js";
import { startingCoefficients } from "../../../../src/hypersolver/learned/starting-coefficients.js";
import { compile } from "../../../../src/runtime/index.js";
import { fromNumbers, item, Random, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { control, controlledField, initialState } from "../../../helpers/controlled-field.js";
import { FINITE_DIFFERENCE } from "../../../helpers/tolerances.js";

/** A network that sees everything, as it is before training. @param stages evaluations since the last correction. */
const network = (stages: number, seed: number) => {
  const column = (width: number) => ({
    mean: new Float64Array(width).fill(0.1),
    deviation: new Float64Array(width).fill(0.7),
  });
  const seen = Array.from({ length: stages }, (_, k) => [`k${k}`, column(2)] as const);
  const statistics = {
    ...{ z: column(2), ...Object.fromEntries(seen), epsilon: column(1) },
    ...{ s: column(1), "x x": column(1), z0: column(2) },
  };
  return mlpNetwork(
    {
      ...{ inputs: ["z", "stages", "epsilon", "s", "x", "z0"], hidden: [3], activation: "tanh" },
      ...{ statistics, scale: Float64Array.of(0.3, 0.2) },
    },
    new Random(seed),
  );
};

describe("the loss of corrected coefficients", () => {
  const field = controlledField("float64");
  const span = [0.1, 1.2] as const;
  const end = fromNumbers([0.2, 0.1, 0.9, -0.3, 0.4, 1.1], [3, 2], "float64");
  const feeds = { x: control(), "/z0": initialState(), "/end": end };

  test.each([
    { name: "one a correction, the last after fewer", every: 2, networks: [network(2, 1), network(1, 2)] },
    { name: "one for all", every: 1, networks: [network(1, 3)] },
  ])("has the gradient of central differences: $name", async ({ every, networks }) => {
    const form = correctedForm(
      field,
      {
        coefficients: startingCoefficients("ab3", 3),
        freedom: { consistent: false, freeTimes: true },
        ...{ every, networks, finish: (one) => one },
      },
      span,
    );
    const names = Object.keys(form.initial);
    const specs: Record<string, InputSpec> = pairSpecs(field, 3);
    for (const [name, { shape, dtype }] of Object.entries(form.initial)) specs[name] = { shape, dtype };
    const graph = trace(specs, (nodes: NamedNodes) => {
      const scheme = form.scheme(Object.fromEntries(names.map((name) => [name, nodes[name] as Node])));
      const value = logEndDistance(scheme, { ...siteOf(field, nodes), span });
      const slopes = gradient(
        value,
        names.map((name) => nodes[name] as Node),
      );
      return { value, ...Object.fromEntries(names.map((name, i) => [`d ${name}`, slopes[i] as Node])) };
    });
    const program = await compile(graph, { device: "reference" });
    const random = new Random(7);
    const at = Object.fromEntries(
      Object.entries(form.initial).map(([name, value]) => [
        name,
        fromNumbers(
          toFloat64(value).map((number) => number + 0.2 * random.normal()),
          value.shape,
          "float64",
        ),
      ]),
    );
    const outputs = await program.run({ ...feeds, ...at });
    const valueAt = async (name: string, i: number, by: number) => {
      const moved = toFloat64(at[name] as Tensor).slice();
      moved[i] = (moved[i] ?? 0) + by;
      const value = fromNumbers(moved, (at[name] as Tensor).shape, "float64");
      return item((await program.run({ ...feeds, ...at, [name]: value })).value as Tensor);
    };
    for (const name of names) {
      const slopes = toFloat64(outputs[`d ${name}`] as Tensor);
      const i = slopes.length - 1;
      const slope = ((await valueAt(name, i, 1e-5)) - (await valueAt(name, i, -1e-5))) / 2e-5;
      expect(Math.abs((slopes[i] ?? Number.NaN) - slope), name).toBeLessThan(FINITE_DIFFERENCE);
    }
    // Every kind of number matters, or the comparison says nothing.
    const mattering = names.filter((name) => toFloat64(outputs[`d ${name}`] as Tensor).some((d) => d !== 0));
    expect(mattering).toEqual(names);
  });
});

describe("corrected coefficients", () => {
  const coefficients = startingCoefficients("midpoint", 4);
  const networks = [network(2, 1), network(2, 2)];
  const whole = { coefficients, every: 2, gains: [1, 1], networks };
  test.each<[string, Partial<typeof whole>, RegExp]>([
    ["another number of gains", { gains: [1] }, /gains[\s\S]*2, one a correction[\s\S]*1/],
    ["gains that are no numbers", { gains: [1, Number.NaN] }, /gains[\s\S]*finite/],
    ["another number of networks", { networks: [...networks, network(2, 3)] }, /networks[\s\S]*3/],
    ["no evaluation between corrections", { every: 0 }, /every/],
    [
      "one network where the last correction sees less",
      { every: 3, networks: [network(3, 1)] },
      /multiple of 3/,
    ],
  ])("are refused with %s", (_, change, message) => {
    expect(() => corrected({ ...whole, ...change }, [0, 1])).toThrow(message);
  });

  test("are refused on a field of other states", () => {
    const wide = controlledField("float64");
    const narrow = { ...whole, networks: networks.map((one) => ({ ...one, graph: narrowed() })) };
    expect(() => corrected(narrow, [0, 1]).scheme(wide)).toThrow(/the states that it was fitted to/);
  });
});

/** A network that corrects one number. */
const narrowed = (): Graph => trace({ z: { shape: ["batch", 1] } }, ({ z }) => ({ g: z }));
