import type { ClassifierArchitectureName } from "../../models/internal.js";
import { classifierArchitectureNames } from "../../models/specs.js";
import type { Table } from "../../spec/index.js";
import { most, type Row } from "../../spec/internal.js";
import type { Preset } from "../kit/preset-names.js";

/** What `joint` spends. */
export interface JointExperimentSpec {
  readonly flow: FlowCourseSpec & { readonly learningRate: number };
  readonly images: {
    readonly architecture: ClassifierArchitectureName;
    readonly iterations: number;
    readonly batch: number;
    readonly training: number;
    readonly validation: number;
    readonly learningRate: number;
  };
  readonly validations: number;
}

/** Trainings of a flow. */
export interface FlowCourseSpec {
  readonly iterations: number;
  readonly batch: number;
  readonly hidden: readonly number[];
}

/** A count that a preset says. */
export const count = (max: number, help: string): Row => ({
  type: "integer",
  min: 1,
  max,
  required: true,
  help,
});

/** A learning rate of the field. */
export const rate: Row = {
  type: "number",
  above: 0,
  max: most.learningRate,
  required: true,
  help: "Adam's first learning rate, for the field",
};

/** What is said of flows in training. */
export const flowRows: Table = {
  iterations: count(most.iterations, "training iterations of every flow"),
  batch: count(most.batch, "rows a mini-batch"),
  hidden: {
    type: "list",
    of: { type: "integer", min: 1, max: most.width },
    required: true,
    help: "widths of the hidden layers of the field",
  },
};

const imageRows: Table = {
  architecture: {
    type: "choice",
    of: classifierArchitectureNames,
    required: true,
    help: "of the classifier: {choices}",
  },
  iterations: count(most.iterations, "training iterations of every classifier"),
  batch: count(most.batch, "images a mini-batch"),
  training: count(most.samples, "images to learn from"),
  validation: count(most.samples, "images to validate on"),
  learningRate: rate,
};

/** The same as options. */
export const jointExperimentTable: Table = {
  flow: { type: "record", of: { ...flowRows, learningRate: rate }, required: true, help: "the flow" },
  images: { type: "record", of: imageRows, required: true, help: "the classifier" },
  validations: count(most.validations, "validations of every training"),
};

export const jointPresets: Readonly<Record<Preset, JointExperimentSpec>> = {
  smoke: {
    flow: { iterations: 6, batch: 64, hidden: [16], learningRate: 3e-3 },
    images: {
      architecture: "mnist-small",
      ...{ iterations: 4, batch: 16, training: 100, validation: 50, learningRate: 3e-3 },
    },
    validations: 2,
  },
  standard: {
    flow: { iterations: 300, batch: 256, hidden: [64, 64], learningRate: 3e-3 },
    images: {
      architecture: "mnist-small",
      ...{ iterations: 120, batch: 32, training: 2000, validation: 500, learningRate: 3e-3 },
    },
    validations: 15,
  },
  paper: {
    flow: { iterations: 1500, batch: 512, hidden: [128, 128, 128], learningRate: 1e-3 },
    images: {
      architecture: "mnist-paper",
      ...{ iterations: 2000, batch: 32, training: 10_000, validation: 2000, learningRate: 1e-3 },
    },
    validations: 30,
  },
};
