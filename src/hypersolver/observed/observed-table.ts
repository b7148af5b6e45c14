import type { Spec } from "../../spec/index.js";
import { fitTable } from "../fit/fit-table.js";

const { iterations, batch, hidden, activation, learningRate, finalLearningRate, weightDecay, inputs, seed } =
  fitTable;

/** How a correction is fitted to observed steps: options of `fitTable`, with their defaults. */
export const observedTable: Pick<
  typeof fitTable,
  | "base"
  | "iterations"
  | "batch"
  | "hidden"
  | "activation"
  | "learningRate"
  | "finalLearningRate"
  | "weightDecay"
  | "inputs"
  | "seed"
> = {
  base: fitTable.base,
  iterations,
  batch,
  hidden,
  activation,
  learningRate,
  finalLearningRate,
  weightDecay,
  inputs,
  seed,
};

/** What a caller says of a fit to observed steps. */
export type ObservedFitSpec = Spec<typeof observedTable>;
