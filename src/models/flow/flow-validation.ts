import type { Verdict } from "../../optim/internal.js";
import type { CompileOptions, NamedTensors } from "../../runtime/index.js";
import { isBroken, Random, unlessItBreaks } from "../../tensor/index.js";
import type { Flow } from "./flow.js";
import type { FlowData } from "./flow-data.js";
import { compileFlowDensity, meanNegative } from "./flow-density.js";

/** A field that needs more is not worth keeping, and to find out more would take longer than to train. */
export const VALIDATION_STEPS = 1000;

/** Tells how good parameters of a flow are. */
interface FlowValidation {
  /** The NLL of validation data, by dopri5 at 1e-5. A field too wild to be solved is not kept: training may calm it down. */
  readonly verdict: (parameters: NamedTensors) => Promise<Verdict>;
  dispose(): Promise<void>;
}

export async function compileValidation(
  flow: Flow,
  { validation }: FlowData,
  seed: number,
  machine: CompileOptions,
): Promise<FlowValidation> {
  const density = await compileFlowDensity(flow, {
    ...machine,
    method: `dopri5@1e-5,maxSteps=${VALIDATION_STEPS}`,
  });
  return {
    verdict: async (parameters) => {
      // The same noise every time: comparable numbers, and a resumed run sees those of an unbroken one.
      const random = new Random(seed).fork("validation noise");
      const result = await unlessItBreaks(density.run(validation, parameters, random));
      if (isBroken(result)) return { score: undefined, metrics: { nll: Number.NaN } };
      const nll = meanNegative(result.values);
      const metrics = { nll, validationNfe: result.statistics.nfe };
      return { score: nll < Number.POSITIVE_INFINITY ? [nll] : undefined, metrics };
    },
    dispose: () => density.dispose(),
  };
}
