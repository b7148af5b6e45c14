import { describe, expect, test } from "vitest";
import { CLASSIFIER_KEY } from "../../../../src/models/classifier/classifier-file.js";
import {
  architectureNamed,
  classifierArchitectures,
  classifierOf,
  decodeClassifierState,
  encodeClassifierState,
  newClassifier,
} from "../../../../src/models/index.js";
import { countParameters, flatten, identity } from "../../../../src/nn/index.js";
import { fieldMacs } from "../../../../src/ode/index.js";
import { acceptsDepthPerSample } from "../../../../src/ode/internal.js";
import { encodeSafetensors, fromNumbers, Random } from "../../../../src/tensor/index.js";
import { tinyArchitecture } from "../../../helpers/classifiers.js";

const coded = (code: string, text = "") =>
  expect.objectContaining({ code, message: expect.stringContaining(text) });

describe.each(classifierArchitectures)("$name", (architecture) => {
  const classifier = newClassifier(architecture, new Random(1));

  test("has as many parameters in f as it says", () => {
    const [, count = ""] = /\(([\d,]+) parameters\)/.exec(architecture.description) ?? [];
    expect(countParameters(architecture.field(0))).toBe(Number(count.replace(",", "")));
  });

  test("goes through its file", () => {
    const story = { classes: [..."0123456789"], training: "none", heldOutAccuracy: 0.1 };
    const bytes = encodeClassifierState(classifier, story);
    const decoded = decodeClassifierState(bytes, "classifier.safetensors");
    expect(decoded.architecture).toBe(architecture);
    expect(decoded.state).toEqual(classifier.state);
    expect(decoded.facts).toMatchObject(story);
  });

  test("has a field that corrections can be made for", () => {
    expect(acceptsDepthPerSample(classifier.field)).toBe(true);
    expect(Object.keys(classifier.field.features)).toContain("hidden 1");
    expect(Object.keys(classifier.field.parameters)).not.toContain("field.2.num_batches_tracked");
  });
});

test("the fields of the paper cost what the paper's do, a pixel", () => {
  const perPixel = (name: string): number => {
    const architecture = architectureNamed(name);
    const [, height, width] = architecture.image;
    return fieldMacs(newClassifier(architecture, new Random(1)).field) / (height * width);
  };
  expect(perPixel("mnist-paper")).toBe(50_688);
  expect(perPixel("cifar10-paper")).toBe(47_232);
});

describe("values", () => {
  const { state } = newClassifier(tinyArchitecture, new Random(1));

  test("that do not belong to the architecture are refused by name", () => {
    const { "field.1.weight": weight, ...others } = state;
    const load = (values: typeof state) => () => classifierOf(tinyArchitecture, values);
    expect(load(others)).toThrow(coded("INVALID_ARGUMENT", "missing field.1.weight"));
    const more = { ...state, "field.9.weight": fromNumbers([1], [1]) };
    expect(load(more)).toThrow(coded("INVALID_ARGUMENT", "unexpected field.9.weight"));
    const flat = { ...state, "field.1.weight": fromNumbers([1], [1]) };
    expect(load(flat)).toThrow(coded("SHAPE_MISMATCH", "field.1.weight"));
    expect(weight?.shape).toEqual([3, 3, 3, 3]);
    const { "field.2.num_batches_tracked": _, ...old } = state;
    expect(Object.keys(load(old)().state)).toContain("field.2.num_batches_tracked");
  });

  test("in a damaged or foreign file are refused", () => {
    const story = { classes: ["a", "b", "c"], training: "" };
    const bytes = encodeClassifierState(newClassifier(tinyArchitecture, new Random(1)), story);
    const decode =
      (file: Uint8Array, among = [tinyArchitecture]) =>
      () =>
        decodeClassifierState(file, "file", among);
    expect(decode(bytes)().facts).toMatchObject(story);
    expect(decode(bytes.subarray(0, 200))).toThrow(coded("MALFORMED_FILE"));
    expect(decode(encodeSafetensors(state, {}))).toThrow(coded("MALFORMED_FILE", "another file, without it"));
    expect(decode(encodeSafetensors(state, { [CLASSIFIER_KEY]: "{}" }))).toThrow(coded("MALFORMED_FILE"));
    expect(decode(bytes, [])).toThrow(coded("INVALID_ARGUMENT", '"tiny"'));
    const spoilt = { ...state, "inlet.1.bias": fromNumbers([1, Number.NaN], [2]) };
    const file = encodeClassifierState({ ...classifierOf(tinyArchitecture, state), state: spoilt }, story);
    expect(decode(file)).toThrow(coded("NON_FINITE", "inlet.1.bias"));
    const few = encodeClassifierState(classifierOf(tinyArchitecture, state), { ...story, classes: ["a"] });
    expect(decode(few)).toThrow(coded("MALFORMED_FILE", "3 classes"));
  });
});

test("parts that do not fit together are refused", () => {
  const make = (parts: Partial<typeof tinyArchitecture>) => () =>
    newClassifier({ ...tinyArchitecture, ...parts }, new Random(1));
  expect(make({ head: flatten })).toThrow(coded("SHAPE_MISMATCH", "head"));
  expect(make({ field: () => flatten })).toThrow(coded("UNSUPPORTED_FIELD"));
  expect(make({ stem: identity })).toThrow(coded("SHAPE_MISMATCH"));
  expect(() => architectureNamed("resnet")).toThrow(coded("INVALID_ARGUMENT", "mnist-paper"));
});
