import type { ButcherTableau, Field } from "../../ode/index.js";
import { stateType, withoutErrorControl } from "../../ode/internal.js";
import { fail, formatShape } from "../../tensor/index.js";
import type { CorrectionNetwork } from "./correction.js";
import type { CorrectionInput } from "./names.js";

/** Extents of one sample, without the batch. */
export type SampleShape = readonly number[];

/**
 * The tensors that a correction is given for a field, by the names of `siteInputs`, with the shape of one sample.
 * @throws INVALID_ARGUMENT for a feature that the field does not name.
 */
export function inputShapes(
  field: Field,
  base: ButcherTableau,
  correction: Pick<CorrectionNetwork, "inputs" | "features">,
): Record<string, SampleShape> {
  return shapesSeen(field, withoutErrorControl(base).b.length, correction);
}

/** The same where so many stages are shown. */
export function shapesSeen(
  field: Field,
  count: number,
  { inputs, features }: Pick<CorrectionNetwork, "inputs" | "features">,
): Record<string, SampleShape> {
  const state = stateType(field).shape.slice(1).map(Number);
  const scalar = state.map(() => 1);
  const stages = Array.from({ length: count }, (_, i) => `k${i}`);
  const all: Readonly<Record<CorrectionInput, () => readonly (readonly [string, SampleShape])[]>> = {
    z: () => [["z", state]],
    stages: () => stages.map((name) => [name, state] as const),
    epsilon: () => [["epsilon", scalar]],
    s: () => [["s", scalar]],
    x: () => field.roles.controls.map((name) => [`x ${name}`, controlShape(field, name)] as const),
    z0: () => [["z0", state]],
    features: () => features.map((name) => [`feature ${name}`, featureShape(field, name)] as const),
  };
  return Object.fromEntries(inputs.flatMap((input) => all[input]()));
}

const controlShape = ({ graph }: Field, name: string): SampleShape =>
  (graph.inputs[name]?.shape ?? []).slice(1).map(Number);

function featureShape({ features }: Field, name: string): SampleShape {
  const node = features[name];
  if (node !== undefined) return node.shape.slice(1).map(Number);
  throw fail("INVALID_ARGUMENT", {
    what: `feature "${name}"`,
    expected: `one of ${Object.keys(features).join(", ") || "none: this field names no intermediate tensors"}`,
    received: name,
  });
}

/**
 * Checks that every input can stand beside images [c, height, width]: of the same height and width, or constant over the
 * image ([], [c], [c, 1, 1]).
 * @throws SHAPE_MISMATCH naming the input.
 */
export function requireImages(
  shapes: Readonly<Record<string, SampleShape>>,
  [height, width]: readonly [number, number],
): void {
  for (const [name, shape] of Object.entries(shapes)) {
    const [, rows = 1, columns = 1] = shape;
    const fits = (rows === height && columns === width) || (rows === 1 && columns === 1);
    if (fits && (shape.length <= 1 || shape.length === 3)) continue;
    throw fail("SHAPE_MISMATCH", {
      what: `input "${name}" of the correction`,
      expected: `[batch, channels, ${height}, ${width}], or one number a channel`,
      received: formatShape(["batch", ...shape]),
      help: "choose features of the state's height and width",
    });
  }
}
