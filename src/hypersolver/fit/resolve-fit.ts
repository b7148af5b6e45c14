import { type Field, stateType } from "../../ode/index.js";
import {
  type ConvArchitectureName,
  convArchitectureNamed,
  defaultArchitecture,
  featuresFor,
  hiddenChannels,
} from "../correction/conv-architectures.js";
import { type FitOptions, type FitSettings, fitDefaults, imageFitDefaults } from "./fit-options.js";

/** Rows of residuals to learn from, when the number of trajectories is not given. */
const DEFAULT_ROWS = 65_536;
const FEWEST_TRAJECTORIES = 4096;

/** Whether the states of a field are images [batch, c, h, w]. */
export const hasImageStates = (field: Field): boolean => stateType(field).shape.length === 4;

/**
 * Fills in the defaults that depend on other choices, and on the field.
 * @throws INVALID_ARGUMENT for an unknown architecture, or one that does not fit the field.
 */
export function resolveFit(field: Field, options: FitOptions): FitSettings {
  return hasImageStates(field) ? resolveImages(field, options) : resolveVectors(options);
}

function resolveVectors(options: FitOptions): FitSettings {
  const { span, steps } = options;
  const target = Math.abs(span[1] - span[0]) / steps;
  // Trajectory fitting alone sees no step sizes but the target's.
  const range = options.epsilon === undefined ? defaultEpsilon(target) : options.epsilon;
  const epsilon = options.loss === "trajectory" ? null : range;
  const rowsEach = steps * (epsilon === null ? 1 : 2);
  const trajectories = Math.max(FEWEST_TRAJECTORIES, Math.ceil(DEFAULT_ROWS / rowsEach));
  const { architecture: _, ...rest } = options;
  const shared = { ...fitDefaults, ...trajectoryRate(options, fitDefaults) };
  return { ...shared, trajectories, kernels: undefined, meshPoints: undefined, ...rest, epsilon };
}

function resolveImages(field: Field, options: FitOptions): FitSettings {
  const { architecture: choice = ownArchitecture(field, options), ...rest } = options;
  const named = typeof choice === "string" ? convArchitectureNamed(choice) : choice;
  const inputs = options.inputs ?? named.inputs;
  const features = featuresFor(field, inputs, options.features ?? []);
  const { kernels: sides, ...layers } = named;
  const hidden =
    options.hidden ?? hiddenChannels(field, options.base, { ...layers, kernels: sides, inputs, features });
  const fitting = sides.length === hidden.length + 1 ? sides : new Array<number>(hidden.length + 1).fill(3);
  return {
    ...{ ...fitDefaults, ...imageFitDefaults, ...trajectoryRate(options, imageFitDefaults) },
    ...{ kernels: fitting, meshPoints: undefined, activation: named.activation },
    ...rest,
    ...{ inputs, features, hidden },
  };
}

/** Layers or inputs of one's own start from the plainest network. */
const ownArchitecture = (
  field: Field,
  { base, hidden, kernels, inputs }: FitOptions,
): ConvArchitectureName =>
  hidden === undefined && kernels === undefined && inputs === undefined
    ? defaultArchitecture(field, base)
    : "mnist-paper";

const trajectoryRate = (
  { learningRate }: FitOptions,
  defaults: { readonly learningRate: number },
): { readonly trajectoryLearningRate: number } => ({
  trajectoryLearningRate: (learningRate ?? defaults.learningRate) / 10,
});

/** A factor of two around the target step, so that a mesh slightly finer or coarser is still known ground. */
function defaultEpsilon(target: number): readonly [number, number] {
  return [target / 2, target * 2];
}
