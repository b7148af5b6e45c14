import { type CompileOptions, compile, type NamedTensors } from "../../runtime/index.js";
import type { Tensor } from "../../tensor/index.js";
import { type Field, stateType } from "../field/field.js";
import { type AdaptiveTableau, reusesLastStage } from "../methods/tableau.js";
import type { Span } from "../problem/mesh.js";
import type { AdaptiveStepper } from "../step-control/stepper.js";
import { stiffnessTest } from "../step-control/stiffness.js";
import { checkControlled } from "./compiled-options.js";
import { rowsOf } from "./compiled-steps.js";
import { programStepper, type StepperPrograms } from "./program-stepper.js";
import { tensorLayout } from "./state-layout.js";
import { type CompiledTolerance, evaluationGraph, trialGraph } from "./trial-graph.js";

/** How numbers of rows side by side are joined. */
const ROOT = "root mean square";

/** The compiled programs of adaptive stepping. */
interface CompiledStepper {
  /**
   * The stepper for given values of the field's controls: its attempts are runs of one program.
   * @param span where f may be evaluated. Default: anywhere.
   */
  with(controls: NamedTensors, span?: Span): AdaptiveStepper<Tensor>;
  dispose(): Promise<void>;
}

interface CompiledStepperOptions extends CompileOptions {
  /** Return the stages of every step, for dense output inside steps. Costs copies. Default false. */
  readonly dense?: boolean;
}

/**
 * Compiles the two programs of adaptive stepping: f alone, and one attempt (all stages, the error norm and the new
 * first stage in one run). Hairer's first step is computed outside, once a solve, by the formulas of `plainStepper`.
 */
export async function compiledStepper(
  tableau: AdaptiveTableau,
  field: Field,
  tolerance: CompiledTolerance,
  options: CompiledStepperOptions = {},
): Promise<CompiledStepper> {
  const { dense = false, ...compileOptions } = options;
  checkControlled(field, tolerance);
  const evaluation = evaluationGraph(field);
  const trial = trialGraph(field, tableau, tolerance, dense);
  const programs: StepperPrograms = {
    evaluate: await compile(evaluation, { ...compileOptions, hot: false }, rowsOf(evaluation)),
    trial: await compile(
      trial,
      { hot: true, ...compileOptions },
      { ...rowsOf(trial), ratio: ROOT, ...(stiffnessTest(tableau) && { bent: ROOT, moved: ROOT }) },
    ),
  };
  const { dtype } = stateType(field);
  const reuse = reusesLastStage(tableau, tolerance);
  const fixed = {
    tableau,
    programs,
    tolerances: [tolerance],
    layout: tensorLayout(dtype),
    reuse,
    dense,
    dtype,
  };
  return {
    with: (controls, span) => programStepper({ ...fixed, controls, span }),
    dispose: async () => {
      for (const program of Object.values(programs)) await program.dispose();
    },
  };
}
