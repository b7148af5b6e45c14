import { describe, expect, test } from "vitest";
import { bind, encodeOnnx, importOnnx, mul, trace } from "../../../../src/graph/index.js";
import {
  type CoefficientCard,
  type CorrectedMethod,
  decodeLearned,
  encodeCoefficients,
  encodeLearned,
  encodeSolver,
  fitSolver,
  learnedWarnings,
  parseMethod,
  uniformStates,
} from "../../../../src/hypersolver/index.js";
import { fingerprintOf, isCorrected, solverFactsOf } from "../../../../src/hypersolver/internal.js";
import { startingCoefficients } from "../../../../src/hypersolver/learned/starting-coefficients.js";
import { nonStationary, orThrow, solveField } from "../../../../src/ode/index.js";
import { compile } from "../../../../src/runtime/index.js";
import { Random, type Tensor } from "../../../../src/tensor/index.js";
import { pendulum, pendulumSpan } from "../../../helpers/fitting.js";

const KEY = "hypersolvers.learned";
const field = pendulum();
const states = uniformStates([2], -1.5, 1.5);
const { z0, controls } = states.heldOut(6, new Random(2));
const card: CoefficientCard = {
  ...{ start: "midpoint", fingerprint: fingerprintOf(field), states: states.description },
  ...{ startError: 0.1, bestError: 0.01, seed: 1, library: "tests" },
};

/** A solver with trained networks. */
async function trained(one: boolean): Promise<CorrectedMethod> {
  const { method } = await fitSolver(
    field,
    {
      ...{ evaluations: 4, span: pendulumSpan, trajectories: 64, shared: one, hidden: [5] },
      ...{ iterations: 5, jointIterations: 10 },
    },
    { states },
  );
  if (isCorrected(method)) return method;
  throw new Error("coefficients alone");
}
const own = await trained(false);
const shared = await trained(true);
const endOf = async (method: CorrectedMethod) =>
  (orThrow(await solveField(field, z0, { method })).states.at(-1) as Tensor).data;

describe("a file of corrected coefficients", () => {
  test.each([
    ["networks of their own", own],
    ["one for all", shared],
  ])("gives every number back: %s", async (_, method) => {
    const bytes = encodeLearned(method, card);
    const loaded = decodeLearned(bytes, "some/solver.onnx");
    if (!isCorrected(loaded.method)) throw new Error("coefficients alone");
    const { coefficients, every, gains, networks } = loaded.method.corrected;
    expect({ coefficients, every, gains }).toEqual({
      coefficients: method.corrected.coefficients,
      ...{ every: method.corrected.every, gains: method.corrected.gains },
    });
    expect(networks.map(({ parameters }) => parameters)).toEqual(
      method.corrected.networks.map(({ parameters }) => parameters),
    );
    expect(loaded.card).toEqual(card);
    expect(loaded.method).toMatchObject({ text: "ns:some/solver.onnx:0/1.5", grid: method.grid });
    expect(await endOf(loaded.method)).toEqual(await endOf(method));
    expect(learnedWarnings(loaded, field)).toEqual([]);
    expect(encodeLearned(loaded.method, card)).toEqual(bytes);
  });

  test("is spelled as coefficients are: the file tells", () => {
    const found = parseMethod("ns:solver.onnx", undefined, undefined, (name) => {
      return decodeLearned(encodeLearned(own), name ?? "").method;
    });
    expect(found.spec).toEqual({
      ...{ kind: "non-stationary", file: "solver.onnx", grid: { mesh: [0, 1.5] } },
    });
    const other = () => parseMethod("ns:solver.onnx:3", undefined, undefined, () => own);
    expect(other).toThrow(/0\/1.5[\s\S]*received: 3/);
    const plain = nonStationary(startingCoefficients("rk4", 4), { mesh: pendulumSpan });
    expect(decodeLearned(encodeLearned(plain), "c.json").method).toMatchObject({
      coefficients: plain.coefficients,
    });
    expect(encodeLearned(plain)).toEqual(encodeCoefficients(plain));
  });

  test("is warned about on another field, or with other weights than its card's", () => {
    const bytes = encodeLearned(own, { ...card, fingerprint: "another" });
    expect(learnedWarnings(decodeLearned(bytes, "s.onnx"), field)).toEqual([
      expect.stringMatching(/different field/),
    ]);
    const model = importOnnx(encodeLearned(own, card), "s.onnx");
    const meta = JSON.parse(model.metadata[KEY] ?? "") as object;
    const changed = withMetadata({ ...meta, weights: "0123456789abcdef" });
    expect(learnedWarnings(decodeLearned(changed, "s.onnx"), field)).toEqual([
      expect.stringMatching(/weights of this solver were changed/),
    ]);
  });

  test("becomes one ONNX file of standard operators, with the solver's numbers", async () => {
    const bytes = await encodeSolver(field, own, [0, 1.5], { z0, controls });
    const model = importOnnx(bytes, "solver.onnx");
    const facts = solverFactsOf(model.metadata);
    expect(facts).toMatchObject({ method: "ns-4-g", steps: 1, span: [0, 1.5] });
    expect(facts?.spec).toEqual({ kind: "non-stationary", grid: { mesh: [0, 1.5] } });
    const program = await compile(model.graph);
    const { z1 } = await program.run({ z0, ...model.parameters });
    await program.dispose();
    expect((z1 as Tensor).data).toEqual(await endOf(own));
  });

  const whole = JSON.parse(importOnnx(encodeLearned(own), "s").metadata[KEY] ?? "") as Record<
    string,
    unknown
  >;
  test.each<[string, () => Uint8Array, RegExp]>([
    ["no model", () => new TextEncoder().encode("times: 3"), /s\.onnx/],
    ["a model of something else", () => onnx({}), /"hypersolvers.learned" in its metadata/],
    ["metadata that is no JSON", () => onnx({ [KEY]: "{" }), /MALFORMED|damaged|malformed/i],
    ["another format", () => withMetadata({ ...whole, format: 2 }), /format/],
    ["a strange member", () => withMetadata({ ...whole, more: 1 }), /more/],
    ["a gain too few", () => withMetadata({ ...whole, gains: [1] }), /gains: 1/],
    ["an interval of nothing", () => withMetadata({ ...whole, every: 0 }), /every/],
    ["half an interval", () => withMetadata({ ...whole, every: 1.5 }), /every/],
    ["a time beyond the span", () => withMetadata({ ...whole, coefficients: late }), /times, number 1: 2/],
    ["an input that it does not declare", () => withMetadata({ ...whole, networks: blind }), /g0 k0/],
    ["a network that is not there", () => withMetadata({ ...whole, networks: third }), /outputs|networks: 3/],
    ["a span of one point", () => withMetadata({ ...whole, span: [1, 1] }), /span: 1, 1/],
  ])("is refused: %s", (_, bytes, message) => {
    const read = () => decodeLearned(bytes(), "s.onnx");
    expect(read).toThrow(message);
    expect(read).toThrow(expect.objectContaining({ code: expect.stringMatching(/^MALFORMED_FILE$/) }));
  });

  const { times, rows } = own.corrected.coefficients;
  const late = { times: times.map((time, j) => (j === 1 ? 2 : time)), rows };
  const blind = own.corrected.networks.map(() => ({ inputs: ["z"], features: [] }));
  const third = [...blind, ...blind].slice(0, 3).map((one) => ({ ...one, inputs: ["z", "stages"] }));
});

/** Another model. */
const onnx = (metadata: Readonly<Record<string, string>>): Uint8Array =>
  encodeOnnx(
    trace({ z: { shape: ["batch", 2] } }, ({ z }) => ({ y: mul(z, 2) })),
    { metadata },
  );

/** The file of `own` with other metadata. */
function withMetadata(value: object): Uint8Array {
  const model = importOnnx(encodeLearned(own), "s.onnx");
  const { graph, parameters } = model;
  return encodeOnnx(bind(graph, parameters), {
    metadata: { [KEY]: JSON.stringify(value) },
    weights: parameters,
  });
}
