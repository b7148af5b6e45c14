import type { Field } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import { fail, sizeOf } from "../../tensor/index.js";
import { shapesSeen } from "../correction/input-shapes.js";
import type { CorrectionInput } from "../correction/names.js";
import { answerColumns, columnsOf, layoutFor } from "../correction/row-layout.js";
import type { NetworkLook } from "../learned/scaled-network.js";
import { hasImageStates } from "../states/subject.js";

/** Side of all kernels for images. */
const STUDENT_KERNEL = 3;

/** How large a student is to be. */
interface StudentSize {
  readonly macs: number;
  readonly layers: number;
}

/** What a student of this size sees, and its layers. */
export function studentLayers(field: Field, size: StudentSize): Omit<NetworkLook, "activation"> {
  const hidden = new Array<number>(size.layers).fill(studentWidth(field, size));
  const kernels = hasImageStates(field) ? [...hidden, 0].map(() => STUDENT_KERNEL) : undefined;
  return { inputs: inputsOf(field), features: [], hidden, kernels };
}

const inputsOf = ({ roles }: Field): readonly CorrectionInput[] =>
  roles.controls.length === 0 ? ["z"] : ["z", "x"];

/**
 * Width of the hidden layers, all alike, of the largest network that so many multiply–accumulates buy:
 * w (inputs + outputs) + (layers − 1) w², at every pixel of an image for every cell of the kernel, and inputs × outputs of
 * a matrix beside them for vectors.
 * @throws INVALID_ARGUMENT where they do not buy a width of 1.
 */
export function studentWidth(field: Field, { macs, layers }: StudentSize): number {
  const isImage = hasImageStates(field);
  const { seen, outputs, places } = isImage ? imageEnds(field) : rowEnds(field);
  // A convolution also sees a channel of ones: `convNetwork`.
  const ends = seen + outputs + (isImage ? 1 : 0);
  // Vectors have a matrix beside the layers: `whitenedNetwork`.
  const straight = isImage ? 0 : places * seen * outputs;
  const cost = (w: number): number => places * w * (ends + (layers - 1) * w) + straight;
  const [budget, inner] = [Math.max(0, macs - straight) / places, layers - 1];
  const exact =
    inner === 0 ? budget / ends : (Math.sqrt(ends ** 2 + 4 * inner * budget) - ends) / (2 * inner);
  const found = Math.floor(exact + 1e-9);
  if (found >= 1) return found;
  throw fail("INVALID_ARGUMENT", {
    what: "macs",
    expected: `at least ${cost(1)}: what hidden layers of width 1 cost`,
    received: String(macs),
  });
}

/** What layers see and answer, and how often they are applied to a state. */
interface Ends {
  readonly seen: number;
  readonly outputs: number;
  readonly places: number;
}

const shapesOf = (field: Field): Readonly<Record<string, readonly number[]>> =>
  shapesSeen(field, 0, { inputs: inputsOf(field), features: [] });

function imageEnds(field: Field): Ends {
  const [, outputs = 1, height = 1, width = 1] = stateType(field).shape.map(Number);
  const seen = Object.values(shapesOf(field)).reduce((total, [channels = 1]) => total + channels, 0);
  return { seen, outputs, places: height * width * STUDENT_KERNEL ** 2 };
}

function rowEnds(field: Field): Ends {
  const layout = layoutFor(shapesOf(field), stateType(field).shape.slice(1).map(Number));
  const seen = Object.keys(layout.shapes).reduce((total, name) => total + columnsOf(layout, name), 0);
  return { seen, outputs: answerColumns(layout), places: sizeOf(layout.tokens) };
}
