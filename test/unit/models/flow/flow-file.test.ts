import { describe, expect, test } from "vitest";
import { bind, encodeOnnx, importOnnx } from "../../../../src/graph/index.js";
import {
  compileFlowDensity,
  decodeFlow,
  encodeFlow,
  logisticBase,
  studentTBase,
} from "../../../../src/models/index.js";
import { FLOW_KEY, type FlowFacts, flowFacts } from "../../../../src/models/internal.js";
import { fieldOfModel } from "../../../../src/ode/index.js";
import { acceptsDepthPerSample } from "../../../../src/ode/internal.js";
import { flowOver, normals, smallField, valuesOf } from "../../../helpers/flows.js";

const standardization = { shift: [3, -2.5], scale: [0.5, 4] };
const story = {
  data: "pinwheel, five arms — ünïcode ✓",
  training: "1500 iterations",
  heldOutNll: 1.25,
  seed: 7,
};
const flow = flowOver(smallField(2), { base: studentTBase(4), span: [0, 2], standardization });
const bytes = encodeFlow(flow, flowFacts(flow, story));

/** The file with other facts, as somebody might have edited it. */
function withFacts(facts: unknown): Uint8Array {
  const text = typeof facts === "string" ? facts : JSON.stringify(facts);
  return encodeOnnx(bind(flow.field.graph, flow.field.parameters), { metadata: { [FLOW_KEY]: text } });
}

describe("flow.onnx", () => {
  test("holds the field and everything known about it", async () => {
    const read = decodeFlow(bytes, "flow.onnx");
    expect(read.facts).toEqual({
      ...{ format: 1, base: "student-t(4)", span: [0, 2], standardization, library: expect.any(String) },
      ...story,
    });
    expect(read).toMatchObject({ span: [0, 2], standardization, base: { name: "student-t(4)" } });
    const z = normals(6, 2, 1);
    for (const s of [0, 0.7, 2])
      expect(await valuesOf(read.field, s, z)).toEqual(await valuesOf(flow.field, s, z));
    expect(acceptsDepthPerSample(read.field)).toBe(true);
  });

  test("read again gives the same densities", async () => {
    const x = normals(5, 2, 2);
    const values = [];
    for (const each of [flow, decodeFlow(bytes, "flow.onnx")]) {
      const density = await compileFlowDensity(each);
      values.push((await density.run(x)).values);
      await density.dispose();
    }
    expect(values[1]).toEqual(values[0]);
  });

  test("is written the same when it was read", () => {
    const read = decodeFlow(bytes, "flow.onnx");
    expect(decodeFlow(encodeFlow(read, read.facts), "flow.onnx").facts).toEqual(read.facts);
  });

  test.each([1, 16])("of %d columns, and of a field without depth", async (dimension) => {
    for (const depth of [true, false]) {
      const own = flowOver(smallField(dimension, { timeDependent: depth }), { base: logisticBase });
      const read = decodeFlow(encodeFlow(own, flowFacts(own, story)), "flow.onnx");
      const z = normals(4, dimension, 3);
      expect(await valuesOf(read.field, 0.3, z)).toEqual(await valuesOf(own.field, 0.3, z));
      expect(read.field.roles.depth).toBe(depth ? "s" : undefined);
      expect(read.standardization.shift).toHaveLength(dimension);
    }
  });

  test("is a plain field for every other command", async () => {
    const field = fieldOfModel(importOnnx(bytes, "flow.onnx"));
    expect(field.roles).toMatchObject({ state: "z", depth: "s", controls: [] });
    const z = normals(6, 2, 1);
    expect(await valuesOf(field, 0.4, z)).toEqual(await valuesOf(flow.field, 0.4, z));
  });

  test("without a held-out figure, or with one that is not finite, can still be read", () => {
    const { heldOutNll: _, ...rest } = story;
    expect(decodeFlow(encodeFlow(flow, flowFacts(flow, rest)), "flow.onnx").facts.heldOutNll).toBeUndefined();
    for (const heldOutNll of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const read = decodeFlow(encodeFlow(flow, flowFacts(flow, { ...story, heldOutNll })), "flow.onnx");
      expect(read.facts.heldOutNll).toBeUndefined();
    }
  });
});

describe("a damaged flow.onnx is refused by its name", () => {
  const malformed = expect.objectContaining({
    code: "MALFORMED_FILE",
    message: expect.stringContaining("my.onnx"),
  });
  const facts: FlowFacts = flowFacts(flow, story);

  test.each([0, 1, 10, 100, bytes.length / 2, bytes.length - 1])("cut off after %d bytes", (length) => {
    expect(() => decodeFlow(bytes.slice(0, Math.floor(length)), "my.onnx")).toThrow(
      expect.objectContaining({ code: "MALFORMED_FILE" }),
    );
  });

  test("without facts", () => {
    const plain = encodeOnnx(bind(flow.field.graph, flow.field.parameters));
    expect(() => decodeFlow(plain, "my.onnx")).toThrow(malformed);
  });

  test.each([
    ["no JSON", "{"],
    ["empty text", ""],
    ["null", null],
    ["another format", { ...facts, format: 2 }],
    ["no span", { ...facts, span: undefined }],
    ["a span of three", { ...facts, span: [0, 1, 2] }],
    ["a span of no length", { ...facts, span: [1, 1] }],
    ["a span of null", { ...facts, span: [0, null] }],
    ["a scale of zero", { ...facts, standardization: { ...standardization, scale: [1, 0] } }],
    ["a negative scale", { ...facts, standardization: { ...standardization, scale: [1, -1] } }],
    ["too many shifts", { ...facts, standardization: { ...standardization, shift: [1, 2, 3] } }],
    ["too few scales", { ...facts, standardization: { ...standardization, scale: [1] } }],
    ["a shift of text", { ...facts, standardization: { ...standardization, shift: ["1", "2"] } }],
    ["an unknown base", { ...facts, base: "cauchy" }],
    ["a base of absurd freedom", { ...facts, base: "student-t(999999999999)" }],
    ["a seed of text", { ...facts, seed: "7" }],
  ])("with %s", (_, broken) => {
    expect(() => decodeFlow(withFacts(broken), "my.onnx")).toThrow(malformed);
  });
});
