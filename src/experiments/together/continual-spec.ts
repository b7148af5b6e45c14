import type { Table } from "../../spec/index.js";
import { type Kind, most, type Row } from "../../spec/internal.js";
import type { Preset } from "../kit/preset-names.js";
import { count, type FlowCourseSpec, flowRows, rate } from "./joint-spec.js";

/** What `continual` spends. */
export interface ContinualSpec {
  /** Trainings whose hypersolvers follow. `iterations` is their number after the first fit. */
  readonly follow: FlowCourseSpec & {
    /** Before the first fit of g. */
    readonly warmup: number;
    /** Of the field, constant. */
    readonly learningRates: readonly number[];
    /** Of g, an iteration of the field. */
    readonly updates: readonly number[];
    /** Of g when it is fitted anew. */
    readonly fit: number;
    /** Iterations from measurement to measurement. */
    readonly every: number;
    /** States that errors are measured on. */
    readonly samples: number;
  };
  /** Trainings from scratch. */
  readonly scratch: FlowCourseSpec & { readonly learningRate: number; readonly validations: number };
}

const numbers = (of: Kind, help: string): Row => ({ type: "list", of, required: true, help });

const followRows: Table = {
  ...flowRows,
  warmup: count(most.iterations, "training iterations before g is fitted for the first time"),
  learningRates: numbers(
    { type: "number", above: 0, max: most.learningRate },
    "learning rates of the field, each a training",
  ),
  updates: numbers(
    { type: "integer", min: 1, max: most.iterations },
    "updates of g an iteration of the field, each a hypersolver that follows",
  ),
  fit: count(most.iterations, "updates of g when it is fitted anew"),
  every: count(most.iterations, "iterations from one measurement to the next"),
  samples: count(most.samples, "states that errors are measured on"),
};

/** The same as options. */
export const continualTable: Table = {
  follow: { type: "record", of: followRows, required: true, help: "trainings that hypersolvers follow" },
  scratch: {
    type: "record",
    of: {
      ...flowRows,
      learningRate: rate,
      validations: count(most.validations, "validations of every training"),
    },
    required: true,
    help: "trainings by a hypersolver from the first iteration on",
  },
};

export const continualPresets: Readonly<Record<Preset, ContinualSpec>> = {
  smoke: {
    follow: {
      ...{ warmup: 4, iterations: 8, batch: 64, hidden: [16], learningRates: [3e-3], updates: [1, 2] },
      ...{ fit: 16, every: 4, samples: 32 },
    },
    scratch: { iterations: 4, batch: 64, hidden: [16], learningRate: 3e-3, validations: 2 },
  },
  standard: {
    follow: {
      ...{ warmup: 100, iterations: 150, batch: 256, hidden: [64, 64] },
      ...{ learningRates: [1e-3, 3e-3, 1e-2], updates: [1, 4, 16], fit: 400, every: 15, samples: 256 },
    },
    scratch: { iterations: 200, batch: 256, hidden: [64, 64], learningRate: 3e-3, validations: 10 },
  },
  paper: {
    follow: {
      ...{ warmup: 500, iterations: 1000, batch: 512, hidden: [128, 128, 128] },
      ...{ learningRates: [3e-4, 1e-3, 3e-3], updates: [1, 4, 16], fit: 2000, every: 50, samples: 1024 },
    },
    scratch: { iterations: 1500, batch: 512, hidden: [128, 128, 128], learningRate: 1e-3, validations: 30 },
  },
};
