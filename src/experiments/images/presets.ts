import type { FitSpec } from "../../hypersolver/index.js";
import type { ClassifierTrainingSpec } from "../../models/index.js";
import type { ClassifierArchitectureName } from "../../models/internal.js";
import type { Preset } from "../kit/experiment.js";

/** How a classifier is trained; its architecture is said beside it. */
export type TrainingSettings = Omit<ClassifierTrainingSpec, "architecture" | "seed">;

/** What an image experiment spends on a classifier. */
export interface ImagePreset {
  readonly architecture: ClassifierArchitectureName;
  /** Of g, where it does not read what f computes. */
  readonly correction: NonNullable<FitSpec["architecture"]>;
  /** Of every hypersolver. */
  readonly fit: Partial<FitSpec>;
  /** Test images that are classified by every method of 10 evaluations; more than there are means all. */
  readonly test: number;
  /** Test images, in batches of `batch`, on which errors are measured against every solver. */
  readonly fronts: number;
  readonly batch: number;
}

/** The same where the classifier is to be trained first. */
export interface TrainedImagePreset extends ImagePreset {
  readonly training: TrainingSettings;
  /** A second training that goes on from the first. */
  readonly refinement?: TrainingSettings;
}

export type ImagePresets<P extends ImagePreset = ImagePreset> = Readonly<Record<Preset, P>>;

/** Residual fitting as in appendix C.2 of the paper: 100 iterations on one batch, then a new one every 10; 1e-2 to 5e-4. */
const paperFit = { pretrain: 100, swapEvery: 10, learningRate: 1e-2, finalLearningRate: 5e-4 } as const;

const smokeFit: ImagePreset["fit"] = {
  iterations: 40,
  trajectoryIterations: 10,
  batch: 8,
  pretrain: 10,
  swapEvery: 10,
  trajectories: 64,
  learningRate: 1e-2,
  finalLearningRate: 5e-4,
};

/*
 * All but smoke train on random meshes or by step control: with a few coarse steps a network learns to classify by those
 * steps, and what it is as an equation is another classifier (docs/classifiers.md).
 */

export const mnistPresets: ImagePresets<TrainedImagePreset> = {
  smoke: {
    architecture: "mnist-small",
    correction: "mnist-paper",
    training: {
      iterations: 60,
      batch: 32,
      learningRate: 5e-3,
      validations: 2,
      solver: "midpoint:2",
    },
    fit: smokeFit,
    test: 300,
    fronts: 64,
    batch: 32,
  },
  standard: {
    architecture: "mnist-paper",
    correction: "mnist-paper",
    training: {
      iterations: 8000,
      batch: 32,
      learningRate: 1e-3,
      validations: 8,
      solver: "midpoint:3",
      randomMesh: true,
    },
    // What is left by then is overfitting: digits moved by a pixel, and an average of the values.
    refinement: {
      iterations: 2000,
      batch: 32,
      learningRate: 3e-4,
      validations: 4,
      solver: "midpoint:3",
      randomMesh: true,
      augmentation: { padding: 1, flip: false },
      averageDecay: 0.998,
    },
    fit: { ...paperFit, iterations: 600, trajectoryIterations: 150, batch: 16, trajectories: 1024 },
    test: 10_000,
    fronts: 320,
    batch: 32,
  },
  paper: {
    architecture: "mnist-paper",
    correction: "mnist-paper",
    training: {
      iterations: 37_500,
      batch: 32,
      learningRate: 1e-3,
      validations: 20,
      solver: "dopri5@1e-3",
    },
    fit: { ...paperFit, iterations: 20_000, batch: 32, trajectories: 20_000, referenceTolerance: 1e-3 },
    test: 10_000,
    fronts: 1024,
    batch: 32,
  },
};

/** The authors' own classifier, of which nothing is to be trained. */
export const mnistAuthorsPresets: ImagePresets = {
  smoke: {
    architecture: "mnist-authors",
    correction: "mnist-paper",
    fit: { ...smokeFit, iterations: 6, trajectoryIterations: 2, trajectories: 16 },
    test: 32,
    fronts: 16,
    batch: 16,
  },
  standard: {
    architecture: "mnist-authors",
    correction: "mnist-paper",
    fit: { ...paperFit, iterations: 500, trajectoryIterations: 150, batch: 16, trajectories: 640 },
    test: 10_000,
    fronts: 128,
    batch: 32,
  },
  paper: {
    architecture: "mnist-authors",
    correction: "mnist-paper",
    fit: { ...paperFit, iterations: 20_000, batch: 32, trajectories: 20_000, referenceTolerance: 1e-3 },
    test: 10_000,
    fronts: 1024,
    batch: 32,
  },
};

export const cifar10Presets: ImagePresets<TrainedImagePreset> = {
  smoke: {
    architecture: "cifar10-small",
    correction: "cifar10-notebook",
    training: {
      iterations: 60,
      batch: 16,
      learningRate: 5e-3,
      validations: 2,
      solver: "midpoint:2",
    },
    fit: smokeFit,
    test: 200,
    fronts: 32,
    batch: 16,
  },
  standard: {
    architecture: "cifar10-notebook",
    correction: "cifar10-notebook",
    training: {
      iterations: 5000,
      batch: 32,
      learningRate: 1e-3,
      validations: 10,
      solver: "midpoint:3",
      randomMesh: true,
      augmentation: { padding: 4, flip: true },
    },
    fit: { ...paperFit, iterations: 1000, trajectoryIterations: 400, batch: 16, trajectories: 1024 },
    test: 10_000,
    fronts: 320,
    batch: 32,
  },
  paper: {
    architecture: "cifar10-paper",
    correction: "cifar10-paper",
    training: {
      iterations: 31_250,
      batch: 32,
      learningRate: 1e-3,
      validations: 20,
      solver: "dopri5@1e-3",
      augmentation: { padding: 4, flip: true },
    },
    fit: { ...paperFit, iterations: 20_000, batch: 16, trajectories: 20_000, referenceTolerance: 1e-3 },
    test: 10_000,
    fronts: 1024,
    batch: 32,
  },
};
