import { compile, type NamedTensors } from "../../runtime/index.js";
import type { Tensor } from "../../tensor/index.js";
import { shortNumber } from "../../tensor/internal.js";
import { runtimeOptions } from "../compiled/compiled-options.js";
import { stepFeeds } from "../compiled/compiled-steps.js";
import { programStepper, type StepperPrograms } from "../compiled/program-stepper.js";
import { firstBadOf, productLayout } from "../compiled/state-layout.js";
import type { CompiledTolerance } from "../compiled/trial-graph.js";
import type { AdaptiveMethod } from "../methods/method.js";
import { reusesLastStage, withoutErrorControl } from "../methods/tableau.js";
import { interruption } from "../problem/interruption.js";
import { stepsOf } from "../problem/mesh.js";
import { SolutionRecorder } from "../problem/solution.js";
import { integrateAdaptive } from "../step-control/adaptive.js";
import { adjointParts } from "./adjoint-field.js";
import type { BackwardPlan, GradientOptions } from "./gradient-options.js";
import type { Product } from "./product-algebra.js";
import { type ProductField, productStep, productTrial } from "./product-field.js";
import type { Segments } from "./segments.js";

/** The state of an adjoint equation: see `adjointParts`. */
export type AdjointState = Product<Tensor>;

/** The programs that solve an adjoint equation. */
export interface AdjointSolver {
  /** Solves over one segment at given values of the controls; the solution's last good state is the state at its end. */
  with(controls: NamedTensors): Segments<AdjointState>["advance"];
  dispose(): Promise<void>;
}

type PlanOf<Kind extends BackwardPlan["kind"]> = Extract<BackwardPlan, { kind: Kind }>;

/**
 * With step control: one program run an attempt.
 * @param seen parameters whose sums count as error.
 */
export async function adaptiveAdjoint(
  field: ProductField,
  { method }: PlanOf<"adaptive">,
  seen: readonly string[],
  options: GradientOptions,
): Promise<AdjointSolver> {
  const { tableau } = method;
  const tolerances = tolerancesOf(method, seen);
  const programs: StepperPrograms = {
    evaluate: await compile(field.graph, { ...runtimeOptions(options), hot: false }),
    trial: await compile(productTrial(field, tableau, tolerances), { hot: true, ...runtimeOptions(options) }),
  };
  const names = Object.keys(field.parts);
  const fixed = {
    tableau,
    programs,
    layout: productLayout(names, field.dtype),
    tolerances: names.map((name) => tolerances[name]),
    reuse: reusesLastStage(tableau, method),
    dense: false,
    dtype: field.dtype,
  };
  const loop = { ...method, signal: options.signal };
  return {
    with: (controls) => (span, y, maxSteps) =>
      integrateAdaptive(programStepper({ ...fixed, controls, span }), y, { ...loop, maxSteps, times: span }),
    dispose: async () => {
      for (const program of Object.values(programs)) await program.dispose();
    },
  };
}

/** What error control sees of an adjoint state: z, its adjoint, and chosen sums. */
function tolerancesOf(
  { rtol, atol, toleranceColumns }: AdaptiveMethod,
  seen: readonly string[],
): Product<CompiledTolerance> {
  const { state, adjoint, sum } = adjointParts;
  const tolerance = { rtol, atol };
  const ofState = toleranceColumns === undefined ? tolerance : { ...tolerance, toleranceColumns };
  const ofSums = seen.map((name) => [sum(name), tolerance] as const);
  return { [state]: ofState, [adjoint]: ofState, ...Object.fromEntries(ofSums) };
}

/** On a mesh: one program run a step. */
export async function fixedAdjoint(
  field: ProductField,
  { tableau, mesh }: PlanOf<"fixed">,
  options: GradientOptions,
): Promise<AdjointSolver> {
  const program = await compile(productStep(field, tableau), { hot: true, ...runtimeOptions(options) });
  const layout = productLayout(Object.keys(field.parts), field.dtype);
  const { stages } = withoutErrorControl(tableau);
  return {
    with: (controls) => async (span, start) => {
      const recorder = new SolutionRecorder(span, start);
      const isInterrupted = interruption(options.signal);
      let y = start;
      for (const { s, dt } of stepsOf(mesh.slice(mesh.indexOf(span[0]), mesh.indexOf(span[1]) + 1))) {
        if (await isInterrupted()) return recorder.interrupted();
        const feeds = { ...controls, ...stepFeeds({ s, dt, span }, field.dtype), ...layout.feeds("/z", y) };
        y = layout.read("y1", await program.run(feeds));
        recorder.nfe += stages;
        const bad = firstBadOf(layout.parts(y));
        if (bad !== undefined) return recorder.nonFinite(`After the step from s = ${shortNumber(s)}`, bad);
        recorder.accept(s + dt, y);
      }
      return recorder.succeed();
    },
    dispose: () => program.dispose(),
  };
}
