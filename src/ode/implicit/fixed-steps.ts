import { shortNumber } from "../../tensor/internal.js";
import type { PlannedMesh } from "../problem/grid.js";
import { interruption } from "../problem/interruption.js";
import { stepsOf } from "../problem/mesh.js";
import { type Solution, SolutionRecorder } from "../problem/solution.js";
import type { StepEvent } from "../step-control/adaptive-options.js";
import type { AdaptiveStepper } from "../step-control/stepper.js";

/** Takes the steps of a mesh with a stepper made for step control, whatever its error estimates say. */
export async function integrateMesh<Y>(
  stepper: AdaptiveStepper<Y>,
  y0: Y,
  { mesh, times }: PlannedMesh,
  given: {
    readonly signal?: AbortSignal | undefined;
    readonly onStep?: ((event: StepEvent<Y>) => void) | undefined;
  },
): Promise<Solution<Y>> {
  const recorder = new SolutionRecorder(times, y0);
  const badState = await stepper.firstBadIndex(y0);
  if (badState !== undefined) return recorder.nonFinite("In the initial state", badState);
  const isInterrupted = interruption(given.signal);
  let y = y0;
  for (const [i, { s, dt }] of stepsOf(mesh).entries()) {
    if (await isInterrupted()) return recorder.interrupted();
    const { k } = await stepper.evaluate(s, y);
    const trial = await stepper.trial(s, dt, y, k);
    recorder.nfe += 1 + stepper.evaluationsPerTrial;
    recorder.linearized(trial.linearization);
    if (trial.firstBadIndex !== undefined)
      return recorder.nonFinite(`In the step from s = ${shortNumber(s)}`, trial.firstBadIndex);
    y = trial.y1;
    const s1 = mesh[i + 1] ?? s + dt;
    recorder.accept(s1, y);
    if (s1 === recorder.nextTime) recorder.save(y);
    given.onStep?.({ s, dt, accepted: true, errorRatio: undefined, y });
  }
  if (recorder.nextTime !== undefined) recorder.save(y0);
  return recorder.succeed();
}
