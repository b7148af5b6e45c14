import { describe, expect, test } from "vitest";
import { bind, encodeOnnx, importOnnx, inspectOnnx, mul, tanh, trace } from "../../../../src/graph/index.js";
import { mlpCorrection } from "../../../../src/hypersolver/correction/network.js";
import { parseCard } from "../../../../src/hypersolver/files/card.js";
import {
  type Correction,
  cardWarnings,
  decodeCorrection,
  encodeCorrection,
  hyper,
  type ValidityCard,
} from "../../../../src/hypersolver/index.js";
import { CARD_KEY, fingerprintOf } from "../../../../src/hypersolver/internal.js";
import {
  alpha,
  type ButcherTableau,
  type Field,
  fieldOfModel,
  heun,
  type Span,
  solveField,
} from "../../../../src/ode/index.js";
import { makeField } from "../../../../src/ode/internal.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { cardFor } from "../../../helpers/cards.js";
import { driven, startStates } from "../../../helpers/closed-form.js";
import { relativeDifference } from "../../../helpers/compare.js";
import { oracleField } from "../../../helpers/mlp-field.js";
import { FLOAT32_FORWARD } from "../../../helpers/tolerances.js";

const field = driven.field("float32");
const controls = { x: fromNumbers([0.3, -1.1, 0.8], [3, 1]) };

/** A correction with weights away from zero. */
function correctionOf(base: ButcherTableau): Correction {
  const column = (width: number) => ({
    mean: new Float64Array(width).fill(0.3),
    deviation: new Float64Array(width).fill(0.7),
  });
  const statistics = { z: column(2), k0: column(2), k1: column(2), epsilon: column(1), "x x": column(1) };
  const correction = mlpCorrection(
    {
      ...{ base, inputs: ["z", "stages", "epsilon", "x"], hidden: [5], activation: "silu" },
      ...{ statistics, scale: Float64Array.of(1, 2) },
    },
    new Random(1),
  );
  const random = new Random(2);
  const parameters = Object.fromEntries(
    Object.entries(correction.parameters).map(([name, { shape, data }]) => [
      name,
      fromNumbers(
        Array.from({ length: data.length }, () => random.normal()),
        shape,
      ),
    ]),
  );
  return { ...correction, parameters };
}

const card = (changes: Partial<ValidityCard> = {}): ValidityCard =>
  cardFor(field, { inputs: ["z", "stages", "epsilon", "x"], ...changes });

/** Any model under a card's text. */
function fileWith(text: string | undefined, output = "g"): Uint8Array {
  const graph = trace({ z: { shape: ["batch", 2] } }, ({ z }) => ({ [output]: tanh(z) }));
  return encodeOnnx(graph, text === undefined ? {} : { metadata: { [CARD_KEY]: text } });
}

describe("correction.onnx", () => {
  test.each([heun, alpha(0.3)])("comes back whole, over $name", async (base) => {
    const correction = correctionOf(base);
    const written = card({ base: base.name });
    const read = decodeCorrection(encodeCorrection(correction, written), "correction.onnx");
    expect(read.card).toEqual({ ...written, weights: expect.any(String) });
    expect(read).toMatchObject({ inputs: correction.inputs, features: [] });
    expect([read.base.name, read.base.b]).toEqual([base.name, base.b]);
    const solved = async (own: Correction): Promise<Float64Array> => {
      const options = { span: [0, 1], method: hyper(own, { steps: 3 }), controls } as const;
      const { states } = await solveField(field, startStates("float32"), options);
      return toFloat64(states.at(-1) as Tensor);
    };
    const [before, after] = [await solved(correction), await solved(read)];
    expect(relativeDifference(after, before)).toBeLessThan(FLOAT32_FORWARD);
    const again = decodeCorrection(encodeCorrection(read, read.card), "again.onnx");
    expect(await solved(again)).toEqual(after);
  });

  test("of version 0.1 says the tolerance of its reference beside the method: it reads as one spelling", () => {
    const reference = { method: "dopri5", tolerance: 0.0001, precision: "float32", noiseFloor: 2e-4 };
    const { reference: read } = parseCard(JSON.stringify({ ...card(), reference }), "old.onnx");
    expect(read).toEqual({ method: "dopri5@1e-4", precision: "float32", noiseFloor: 2e-4 });
  });

  test("is a model of standard operators that any tool can open", () => {
    const { operators, inputs, outputs } = inspectOnnx(encodeCorrection(correctionOf(heun), card()), "c");
    expect(operators.filter(({ name }) => name.includes("."))).toEqual([]);
    expect(Object.keys(inputs)).toEqual(["z", "k0", "k1", "epsilon", "x x"]);
    expect(Object.keys(outputs)).toEqual(["g"]);
  });

  test.each([
    ["no card", fileWith(undefined), "MALFORMED_FILE", "hypersolvers fit"],
    ["a card that is not JSON", fileWith("{"), "MALFORMED_FILE", "validity card"],
    [
      "a card of another format",
      fileWith(JSON.stringify({ ...card(), format: 2 })),
      "MALFORMED_FILE",
      "format",
    ],
    ["a card without a member", fileWith(JSON.stringify({ ...card(), span: [0] })), "MALFORMED_FILE", "span"],
    [
      "a card of more steps than anybody takes",
      fileWith(JSON.stringify({ ...card(), steps: 1e9 })),
      "MALFORMED_FILE",
      "steps",
    ],
    ["a card that is a number", fileWith("7"), "MALFORMED_FILE", "card"],
    ["no bytes", new Uint8Array(), "MALFORMED_FILE", "ONNX"],
    ["bytes that are no model", new Uint8Array([1, 2, 3]), "MALFORMED_FILE", "ONNX"],
    ["no output g", fileWith(JSON.stringify(cardFor(field)), "h"), "CARD_MISMATCH", '"g"'],
    [
      "an unknown base",
      fileWith(JSON.stringify(cardFor(field, { base: "leapfrog" }))),
      "CARD_MISMATCH",
      "leapfrog",
    ],
    [
      "a broken base",
      fileWith(JSON.stringify(cardFor(field, { base: "alpha(7)" }))),
      "CARD_MISMATCH",
      "alpha(7)",
    ],
    ["another order", fileWith(JSON.stringify(cardFor(field, { order: 3 }))), "CARD_MISMATCH", "order 3"],
    [
      "undeclared inputs",
      fileWith(JSON.stringify(cardFor(field, { inputs: ["s"] }))),
      "CARD_MISMATCH",
      '"z"',
    ],
  ] as const)("with %s is refused by name", (_, bytes, code, text) => {
    const open = () => decodeCorrection(bytes, "my.onnx");
    expect(open).toThrow(expect.objectContaining({ code }));
    expect(open).toThrow(text);
    expect(open).toThrow("my.onnx");
  });

  test("cut off anywhere is a typed error, never a crash", () => {
    const bytes = encodeCorrection(correctionOf(heun), card());
    for (let length = 0; length < bytes.length; length += 97)
      expect(() => decodeCorrection(bytes.subarray(0, length), "cut.onnx")).toThrow(
        expect.objectContaining({ name: "HypersolversError" }),
      );
  });

  test("a card survives its own JSON", () => {
    expect(parseCard(JSON.stringify(card()), "card")).toEqual(card());
  });
});

describe("a card against a planned use", () => {
  const warnings = (span: Span, steps: number, changes: Partial<ValidityCard> = {}, other: Field = field) =>
    cardWarnings(card(changes), other, { span, steps });

  test("has nothing to say where it was trained", () => {
    expect(warnings([0, 1], 1)).toEqual([]);
    expect(warnings([0, 1], 2)).toEqual([]);
    expect(warnings([1, 0], 2, { span: [1, 0], epsilon: [-1, -0.5] })).toEqual([]);
    expect(warnings([0.1 + 0.2, 1.3], 1, { span: [0.3, 1.3], epsilon: [1, 1] })).toEqual([]);
  });

  test.each([
    ["the other direction", [1, 0], 1, {}, [/other direction, 0 to 1/]],
    ["a finer mesh", [0, 1], 3, {}, [/step of 0.333333 is outside the trained range 0.5 to 1/]],
    ["a coarser mesh", [0, 1], 1, { epsilon: [0.2, 0.5] }, [/outside the trained range/]],
    ["a longer span", [0, 2], 2, {}, [/leaves the trained span 0 to 1/]],
    ["another field", [0, 1], 1, { fingerprint: "0" }, [/different field/]],
    ["everything at once", [3, 0], 1, { fingerprint: "0" }, [/different/, /direction/, /range/, /leaves/]],
  ] as const)("warns of %s", (_, span, steps, changes, expected) => {
    const found = warnings(span, steps, changes);
    expect(found).toHaveLength(expected.length);
    for (const [i, pattern] of expected.entries()) expect(found[i]).toMatch(pattern);
  });

  test("refuses a field of another state", () => {
    expect(() => warnings([0, 1], 1, { stateShape: ["batch", 3] })).toThrow(
      /\[batch, 3\][\s\S]*\[batch, 2\]/,
    );
  });
});

describe("a fingerprint", () => {
  const mlp = oracleField("float32");

  test("changes when one weight changes by one unit in the last place", () => {
    const [name = ""] = Object.keys(mlp.parameters);
    const value = mlp.parameters[name] as Tensor;
    const bits = new Int32Array(Float32Array.from(value.data as Float32Array).buffer);
    bits[0] = (bits[0] ?? 0) + 1;
    const moved = { ...value, data: new Float32Array(bits.buffer) } as Tensor;
    const changed = { ...mlp, parameters: { ...mlp.parameters, [name]: moved } };
    expect(fingerprintOf(changed)).not.toBe(fingerprintOf(mlp));
    expect(fingerprintOf({ ...changed, parameters: { ...mlp.parameters } })).toBe(fingerprintOf(mlp));
  });

  test("is the same after every reload of a file, and after export and import", () => {
    const reload = (bytes: Uint8Array): Field => fieldOfModel(importOnnx(bytes, "field.onnx"));
    const once = encodeOnnx(bind(mlp.graph, mlp.parameters));
    const [first, second] = [reload(once), reload(once)];
    expect(fingerprintOf(second)).toBe(fingerprintOf(first));
    const again = reload(encodeOnnx(bind(first.graph, first.parameters)));
    expect(fingerprintOf(again)).toBe(fingerprintOf(first));
    expect(fingerprintOf(first)).toBe(fingerprintOf(mlp));
  });

  test("tells fields apart by their operators", () => {
    const one = makeField(
      trace({ z: { shape: ["batch", 2] } }, ({ z }) => ({ dz: tanh(z) })),
      { state: "z", depth: undefined, controls: [], output: "dz" },
      {},
    );
    const two = makeField(
      trace({ z: { shape: ["batch", 2] } }, ({ z }) => ({ dz: mul(z, 1.5) })),
      { state: "z", depth: undefined, controls: [], output: "dz" },
      {},
    );
    expect(fingerprintOf(one)).not.toBe(fingerprintOf(two));
    expect(fingerprintOf(one)).toMatch(/^[0-9a-f]{16}$/);
  });
});
