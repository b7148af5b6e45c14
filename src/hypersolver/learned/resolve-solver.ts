import { type Field, fieldMacs } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import { completeSpec } from "../../spec/index.js";
import { pickSpec, refuseOthers } from "../../spec/internal.js";
import { fail } from "../../tensor/index.js";
import { featuresFor } from "../correction/conv-architectures.js";
import { requireKernels } from "../correction/conv-network.js";
import { hiddenFeature } from "../correction/hidden-feature.js";
import { requireImages, shapesSeen } from "../correction/input-shapes.js";
import type { ConvActivation, CorrectionInput } from "../correction/names.js";
import { hasImageStates, subjectOf } from "../states/subject.js";
import { affordableNetworks, usualNetworks, type VectorNetworks } from "./affordable-networks.js";
import { coefficientTable } from "./coefficient-table.js";
import { checkShared } from "./corrected-coefficients.js";
import { resolveCoefficients } from "./resolve-coefficients.js";
import { type EffectiveSolver, onTopTable, type SolverSpec, solverTable } from "./solver-table.js";
import { usualEffort } from "./usual-effort.js";

/** Coefficients alone need to settle only as far as networks then move them. */
const DEFAULT_ITERATIONS = 200;

/**
 * Fills in all defaults of coefficients with corrections on top.
 * @throws INVALID_ARGUMENT that names the option; SHAPE_MISMATCH for features of other sizes than the image.
 */
export function resolveSolver(field: Field, spec: SolverSpec): EffectiveSolver {
  const images = hasImageStates(field);
  if (!images) refuseOthers(solverTable, spec, "vectors", { images: "image states [batch, c, h, w] for it" });
  const given = completeSpec(solverTable, spec, subjectOf(field));
  const complete = images ? given : { ...given, ...networksFor(field, spec) };
  const { evaluations, every, shared, hidden, activation, layersAlone = false, mixes } = complete;
  const { iterations = DEFAULT_ITERATIONS } = spec;
  const effort = usualEffort(field, {
    ...{ evaluations, every, hidden, layersAlone },
    ...(mixes !== undefined && { mixes }),
    batch: complete.jointBatch,
  });
  const coefficients = resolveCoefficients(field, {
    trajectories: effort.trajectories,
    ...pickSpec(coefficientTable, spec),
    iterations,
  });
  checkShared(evaluations, every, shared);
  refuseChannels(field, activation);
  const inputs = spec.inputs ?? usualInputs(field, shared);
  if (mixes !== undefined) refuseUnmixable(inputs);
  const features = featuresFor(field, inputs, spec.features ?? []);
  const jointBatch = Math.min(complete.jointBatch, coefficients.trajectories);
  const { jointIterations = effort.iterations } = complete;
  const effective = { ...complete, ...coefficients, inputs, features, jointBatch, jointIterations };
  if (!images) return effective;
  const kernels = spec.kernels ?? (hidden.length === 1 ? [1, 3] : [...hidden, 0].map(() => 3));
  requireKernels({ hidden, kernels });
  const shapes = shapesSeen(field, every, { inputs, features });
  requireImages(shapes, sizeOfImages(field));
  const width = spec.hidden ?? affordableChannels(field, { every, shapes, hidden, kernels });
  return { ...effective, kernels, hidden: width };
}

/** What is said of networks, else what is affordable; who says some of it gets the usual rest. */
function networksFor(field: Field, spec: SolverSpec): VectorNetworks {
  const { every, hidden, layersAlone, mixes, inputs, shared } = spec;
  const own = Object.fromEntries(
    Object.entries({ every, hidden, layersAlone, mixes }).filter(([, value]) => value !== undefined),
  );
  const isOpen = every === undefined && hidden === undefined && mixes === undefined;
  const canMix = inputs === undefined && shared !== true;
  const rest = isOpen
    ? affordableNetworks(field, spec.evaluations, { canMix })
    : usualNetworks(field, every, { canMix });
  return { ...rest, ...own };
}

/** Of the evaluations that a network stands behind. */
const SHARE = 0.25;
const FEWEST_CHANNELS = 4;

/** As many of the usual channels as cost no more than a share of the evaluations before a correction. */
function affordableChannels(field: Field, { every, shapes, hidden, kernels }: Affordable): readonly number[] {
  const [usual] = hidden;
  if (usual === undefined || hidden.length > 1) return hidden;
  const [height, width] = sizeOfImages(field);
  const seen = Object.values(shapes).reduce((total, [channels = 1]) => total + channels, 0);
  const [, answered = 1] = stateType(field).shape.map(Number);
  const [first = 1, last = 1] = kernels;
  const each = height * width * (seen * first ** 2 + answered * last ** 2);
  const bought = Math.floor((SHARE * every * fieldMacs(field)) / each);
  return [Math.min(usual, Math.max(FEWEST_CHANNELS, bought))];
}

interface Affordable {
  readonly every: number;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly hidden: readonly number[];
  readonly kernels: readonly number[];
}

/** State and evaluations always; what f has computed inside pays on images alone. */
function usualInputs(field: Field, shared: boolean): CorrectionInput[] {
  const position: CorrectionInput[] = shared ? ["s"] : [];
  const hidden = hiddenFeature(field);
  if (!hasImageStates(field) || hidden === undefined) return ["z", "stages", ...position];
  const [, rows, columns] = shapesSeen(field, 1, { inputs: ["features"], features: [hidden] })[
    `feature ${hidden}`
  ] ?? [0, 0, 0];
  const [height, width] = sizeOfImages(field);
  return rows === height && columns === width
    ? ["features", "z", "stages", ...position]
    : ["z", "stages", ...position];
}

/** @throws INVALID_ARGUMENT for inputs that are not of the size of the state, where sums of them are to be seen. */
function refuseUnmixable(inputs: readonly CorrectionInput[]): void {
  const other = inputs.find((input) => input !== "z" && input !== "stages");
  if (other === undefined) return;
  throw fail("INVALID_ARGUMENT", {
    what: "mixes",
    expected: "networks that see z and stages alone, of which sums can be made",
    received: `inputs ${inputs.join(",")}`,
    help: `leave out ${other}, or mixes`,
  });
}

function sizeOfImages(field: Field): readonly [number, number] {
  const [, , height = 1, width = 1] = stateType(field).shape.map(Number);
  return [height, width];
}

/** @throws INVALID_ARGUMENT for an activation of channels where there are none. */
export function refuseChannels(field: Field, activation: ConvActivation): void {
  if (hasImageStates(field) || activation !== "channel-prelu") return;
  throw fail("INVALID_ARGUMENT", {
    what: "activation",
    expected: "one for vectors, such as prelu: this field has no channels",
    received: activation,
  });
}

/**
 * Refuses what only corrections need, where there are none.
 * @throws INVALID_ARGUMENT naming the option.
 */
export function refuseOnTop(spec: SolverSpec): void {
  const given = Object.keys(onTopTable).find((name) => spec[name as keyof SolverSpec] !== undefined);
  if (given === undefined) return;
  throw fail("INVALID_ARGUMENT", {
    what: given,
    expected: "learn: both, for it is about corrections",
    received: "learn: coefficients",
  });
}
