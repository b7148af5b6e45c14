import type { ImageSet } from "../../src/data/index.js";
import { drawNoise } from "../../src/models/flow/noise.js";
import type { FlowTrainingSpec } from "../../src/models/index.js";
import {
  type ClassifierArchitecture,
  type ClassifierTrainingSpec,
  type FlowData,
  flowField,
  normalBase,
  type TrainedFlow,
  trainClassifier,
  trainFlow,
} from "../../src/models/index.js";
import { Random } from "../../src/tensor/index.js";

const random = new Random(1);

flowField({ dimension: 2, hidden: [8] }, random);
// @ts-expect-error of how many dimensions?
flowField({ hidden: [8] }, random);
// @ts-expect-error first values are drawn from a stream that somebody passes
flowField({ dimension: 2 });

export function trainingOfFlows(data: FlowData, phases: FlowTrainingSpec["phases"]): void {
  void trainFlow(data, { phases, network: { hidden: [8] } }, { base: normalBase });
  // @ts-expect-error nothing to learn from
  void trainFlow({ phases });
  // @ts-expect-error the dimension is that of the data
  const twice: FlowTrainingSpec = { phases, network: { dimension: 3 } };
  // @ts-expect-error a base distribution is no plain data: it is an input beside the spec
  const base: FlowTrainingSpec = { phases, base: normalBase };
  void [twice, base];
}

export function trainingOfClassifiers(architecture: ClassifierArchitecture, data: ImageSet): void {
  const named = { architecture: "mnist-small", iterations: 10 } as const;
  void trainClassifier(data, { ...named, optimizer: "adamw" }, {}, { threads: 1 });
  void trainClassifier(data, { iterations: 10 }, { architecture });
  // @ts-expect-error nothing to learn from
  void trainClassifier(named);
  // @ts-expect-error how long?
  const endless: ClassifierTrainingSpec = { architecture: "mnist-small" };
  // @ts-expect-error there is no such optimizer here
  const optimizer: ClassifierTrainingSpec = { ...named, optimizer: "sgd" };
  // @ts-expect-error an architecture of one's own is no plain data: it is an input beside the spec
  const own: ClassifierTrainingSpec = { architecture, iterations: 10 };
  // @ts-expect-error there is no such schedule
  const schedule: ClassifierTrainingSpec = { ...named, schedule: "linear" };
  void [endless, optimizer, own, schedule];
}

/** What was trained says how it ended. */
export function ended({ status }: TrainedFlow): boolean {
  // @ts-expect-error training ends in one of two ways
  if (status === "failed") return false;
  return status === "complete";
}

// @ts-expect-error there is no such noise
drawNoise("uniform", 2, random);
