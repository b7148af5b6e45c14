import type { Tensor } from "../tensor/index.js";
import type { Graph } from "./graph.js";

/** A program that repeats a part of itself: values go round, from what `start` makes of the inputs to the outputs. */
export interface LoopGraph {
  /** From the inputs to the values that go round. */
  readonly start: Graph;
  /** One round: to the values that go round, from these, from inputs and from this round's numbers, all by name. */
  readonly step: Graph;
  /** Numbers of every round, [rounds], by name. */
  readonly numbers: Readonly<Record<string, Tensor>>;
  /** Names of the outputs, each with that of the value that it is after the last round. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** How often it goes round. */
export const roundsOf = ({ numbers }: LoopGraph): number => Object.values(numbers)[0]?.shape[0] ?? 0;
