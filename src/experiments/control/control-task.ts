import type { ControlledSystem, ControlProblem, RecedingHorizonSpec } from "../../control/index.js";
import type { Box } from "../../hypersolver/index.js";

/** A system with something to be done, and a plant that has more friction than its model. */
export interface ControlTask {
  readonly name: string;
  /** What is to be done, in a few words. */
  readonly aim: string;
  /** What a controller believes. */
  readonly model: ControlledSystem;
  /** What there is. */
  readonly plant: ControlledSystem;
  readonly problem: Omit<ControlProblem, "field">;
  /** Where corrections learn: states and controls. */
  readonly states: Box;
  /** Where plants begin. */
  readonly starts: Box;
  /** How much of the range of controls, about its middle, random inputs use. */
  readonly shake: number;
  readonly planning: RecedingHorizonSpec;
  /** The plane that pictures show: two columns of the state, with their names. */
  readonly plane: readonly [number, number];
}
