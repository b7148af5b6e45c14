import type { ButcherTableau, Field } from "../../ode/index.js";
import { completeSpec } from "../../spec/index.js";
import {
  convArchitectureNamed,
  defaultArchitecture,
  featuresFor,
  hiddenChannels,
} from "../correction/conv-architectures.js";
import type { ConvArchitectureName } from "../correction/names.js";
import { hasImageStates, tokenCount } from "../states/subject.js";
import { baseOf } from "./base-of.js";
import type { EffectiveFit } from "./fit-settings.js";
import { type FitSpec, fitTable } from "./fit-table.js";

/** Rows of residuals to learn from, when the number of trajectories is not given. */
const DEFAULT_ROWS = 65_536;
const FEWEST_TRAJECTORIES = 4096;

/**
 * Fills in all defaults, those too that depend on other choices and on the field.
 * @throws INVALID_ARGUMENT that names the option: unknown, outside its range, or an architecture that does not fit the
 *   field.
 */
export function resolveFit(field: Field, spec: FitSpec): EffectiveFit {
  return hasImageStates(field) ? resolveImages(field, spec) : resolveVectors(field, spec);
}

function resolveVectors(field: Field, spec: FitSpec): EffectiveFit {
  const { architecture: _, ...complete } = completeSpec(fitTable, spec);
  const { span, steps, loss, learningRate } = complete;
  const target = Math.abs(span[1] - span[0]) / steps;
  const { epsilon: range = defaultEpsilon(target) } = complete;
  // Trajectory fitting alone sees no step sizes but the target's.
  const epsilon = loss === "trajectory" ? null : range;
  const tokens = tokenCount(field);
  const rowsEach = steps * (epsilon === null ? 1 : 2) * tokens;
  const trajectories = Math.max(Math.ceil(FEWEST_TRAJECTORIES / tokens), Math.ceil(DEFAULT_ROWS / rowsEach));
  return {
    trajectories,
    trajectoryLearningRate: learningRate / 10,
    ...complete,
    features: featuresFor(field, complete.inputs, complete.features ?? []),
    epsilon,
  };
}

function resolveImages(field: Field, spec: FitSpec): EffectiveFit {
  const { architecture, ...complete } = completeSpec(fitTable, spec, "images");
  const base = baseOf(spec.base);
  const choice = architecture ?? ownArchitecture(field, base, spec);
  const named = typeof choice === "string" ? convArchitectureNamed(choice) : choice;
  const inputs = spec.inputs ?? named.inputs;
  const features = featuresFor(field, inputs, spec.features ?? []);
  const hidden = spec.hidden ?? hiddenChannels(field, base, { ...named, inputs, features });
  const sides = named.kernels;
  const fitting = sides.length === hidden.length + 1 ? sides : new Array<number>(hidden.length + 1).fill(3);
  const { epsilon = null, trajectories = FEWEST_TRAJECTORIES, learningRate } = complete;
  return {
    trajectoryLearningRate: learningRate / 10,
    kernels: fitting,
    ...complete,
    activation: spec.activation ?? named.activation,
    inputs,
    features,
    hidden,
    epsilon,
    trajectories,
  };
}

/** Layers or inputs of one's own start from the plainest network. */
const ownArchitecture = (
  field: Field,
  base: ButcherTableau,
  { hidden, kernels, inputs }: FitSpec,
): ConvArchitectureName =>
  hidden === undefined && kernels === undefined && inputs === undefined
    ? defaultArchitecture(field, base)
    : "mnist-paper";

/** A factor of two around the target step, so that a mesh slightly finer or coarser is still known ground. */
function defaultEpsilon(target: number): readonly [number, number] {
  return [target / 2, target * 2];
}
