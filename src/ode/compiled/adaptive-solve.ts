import { type Field, fieldMacs } from "../field/field.js";
import type { AdaptiveMethod } from "../methods/method.js";
import { spanOf } from "../problem/mesh.js";
import { integrateAdaptive } from "../step-control/adaptive.js";
import { withToleranceFloor } from "../step-control/tolerance-floor.js";
import { prepared, runtimeOptions } from "./compiled-options.js";
import type { CompiledSolve, CompiledSolveOptions } from "./compiled-solve.js";
import { compiledStepper } from "./compiled-stepper.js";

/** A solve with step control: every attempt is one run of a program. */
export async function compileAdaptive(
  field: Field,
  method: AdaptiveMethod,
  times: readonly number[],
  options: CompiledSolveOptions,
): Promise<CompiledSolve> {
  const macs = fieldMacs(field);
  const overshoots = method.lastStep === "overshoot";
  const dense = times.length > 2 || overshoots;
  const stepper = await compiledStepper(method.tableau, field, method, { ...runtimeOptions(options), dense });
  const bounds = overshoots ? undefined : spanOf(times);
  const { signal, onStep } = options;
  return {
    run: async (z0, controls = {}) => {
      const start = prepared(field, z0);
      const loop = { ...method, times, signal, onStep };
      const solution = await integrateAdaptive(stepper.with(controls, bounds), start, loop);
      const statistics = { ...solution.statistics, gCalls: 0, macs: macs * solution.statistics.nfe };
      return withToleranceFloor({ ...solution, statistics }, method);
    },
    dispose: () => stepper.dispose(),
  };
}
