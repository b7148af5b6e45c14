import type { ImageSet } from "../../../data/index.js";
import type { Method, Tolerances } from "../../../ode/index.js";
import { resolveMethod } from "../../../ode/internal.js";
import { adam, adamw, cosineAnnealing, type Optimizer, type Schedule, warmup } from "../../../optim/index.js";
import { completeSpec } from "../../../spec/index.js";
import { fail } from "../../../tensor/index.js";
import { sha256 } from "../../../tensor/internal.js";
import type { ClassifierArchitecture } from "../architecture.js";
import { architectureNamed } from "../architectures.js";
import type { Classifier } from "../classifier.js";
import type { ClassifierTrainingInputs } from "./training-inputs.js";
import {
  type ClassifierGradient,
  type ClassifierTrainingSpec,
  type CompleteClassifierTraining,
  classifierTrainingTable,
} from "./training-table.js";

/** Tolerances of training where none are asked for. */
export const CLASSIFIER_TRAINING_TOLERANCES: Tolerances = { rtol: 1e-3, atol: 1e-3 };
const WARMUP_SHARE = 0.02;

type Replaced = "architecture" | "solver" | "validationSolver" | "gradient" | "optimizer" | "averageDecay";

/** A spec with every choice made, and the values that it names. */
export interface TrainingPlan extends Omit<CompleteClassifierTraining, Replaced> {
  readonly architecture: ClassifierArchitecture;
  readonly solver: Method;
  readonly validationSolver: Method;
  readonly gradient: ClassifierGradient;
  readonly averageDecay: number | undefined;
  readonly optimizer: Optimizer;
  readonly rate: Schedule;
  /** What decides the outcome, as text. */
  readonly settings: string;
}

/** @throws INVALID_ARGUMENT naming what makes no sense. */
export function trainingPlan(
  data: ImageSet,
  spec: ClassifierTrainingSpec,
  inputs: ClassifierTrainingInputs,
): TrainingPlan {
  const complete = completeSpec(classifierTrainingTable, spec);
  const { randomMesh, optimizer } = complete;
  const architecture = architectureOf(complete, inputs);
  const solver = resolveMethod(inputs.solver ?? complete.solver, CLASSIFIER_TRAINING_TOLERANCES);
  const gradient = complete.gradient ?? (solver.kind === "adaptive" ? "discrete" : "unrolled");
  refuseGradient(gradient, solver, randomMesh);
  const validating = inputs.validationSolver ?? complete.validationSolver;
  const validationSolver =
    validating === undefined && !randomMesh
      ? solver
      : resolveMethod(validating, CLASSIFIER_TRAINING_TOLERANCES);
  const weightDecay = complete.weightDecay ?? (optimizer === "adamw" ? 0.01 : 0);
  const averageDecay = complete.averageDecay ?? undefined;
  const plan = { ...complete, architecture, solver, validationSolver, gradient, weightDecay, averageDecay };
  return {
    ...plan,
    optimizer: (optimizer === "adam" ? adam : adamw)({ weightDecay }),
    rate: scheduleOf(complete),
    settings: JSON.stringify({
      ...plan,
      augmentation: complete.augmentation ?? undefined,
      architecture: architecture.name,
      solver: solver.text,
      validationSolver: validationSolver.text,
      from: inputs.from && digestOfValues(inputs.from),
      data: digestOf(data),
      validation: inputs.validation === undefined ? complete.validation : digestOf(inputs.validation),
    }),
  };
}

/** By name, by value, or that of the classifier to go on from. */
function architectureOf(
  { architecture: name }: Pick<CompleteClassifierTraining, "architecture">,
  { architecture: own, from }: ClassifierTrainingInputs,
): ClassifierArchitecture {
  if (own !== undefined && name !== undefined && own.name !== name)
    throw refused("architecture", "a name or a value, not two", `${name} and ${own.name}`);
  const architecture = own ?? (name === undefined ? from?.architecture : architectureNamed(name));
  if (architecture === undefined) {
    const { of } = classifierTrainingTable.architecture;
    throw refused("architecture", `one of ${of.join(", ")}; or a value among the inputs`, "nothing");
  }
  if (from === undefined || from.architecture.name === architecture.name) return architecture;
  throw refused("from", `a classifier of the architecture ${architecture.name}`, from.architecture.name);
}

/** Not every gradient goes with every solver. */
function refuseGradient(gradient: ClassifierGradient, { kind }: Method, randomMesh: boolean): void {
  if (gradient === "unrolled" && kind === "adaptive")
    throw fail("INVALID_ARGUMENT", {
      what: "gradient",
      expected: "discrete or continuous, where tolerances choose the steps",
      received: "unrolled, which needs fixed steps",
      help: "take a method of fixed steps, such as midpoint:5",
    });
  if (!randomMesh || gradient === "unrolled") return;
  const name = typeof gradient === "string" ? gradient : gradient.kind;
  const received = kind === "adaptive" ? "step control" : `the gradient ${name}`;
  throw refused("randomMesh", "fixed steps with the gradient unrolled", received);
}

function scheduleOf({ schedule, learningRate, iterations }: CompleteClassifierTraining): Schedule {
  if (schedule === "constant") return () => learningRate;
  const rise = Math.ceil(iterations * WARMUP_SHARE);
  return warmup(cosineAnnealing({ from: learningRate, iterations: Math.max(1, iterations - rise) }), rise);
}

const digestOf = ({ shape, images, labels }: ImageSet): string =>
  `${shape.join("x")} ${sha256(images, labels).slice(0, 16)}`;

const digestOfValues = ({ state }: Classifier): string =>
  sha256(...Object.entries(state).flatMap(([name, { data }]) => [name, data])).slice(0, 16);

const refused = (what: string, expected: string, received: string): Error =>
  fail("INVALID_ARGUMENT", { what, expected, received });
