import { mean, type NamedNodes, type Node, norm, sub, trace } from "../../graph/index.js";
import type { HyperMethod, ObservedSteps } from "../../hypersolver/index.js";
import { checkObservedSteps } from "../../hypersolver/internal.js";
import { type Field, fixed } from "../../ode/index.js";
import { controlNodes, controlSpecs, stateType } from "../../ode/internal.js";
import { compile, type RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { cast, fail, isFloat, item, type Tensor } from "../../tensor/index.js";

/** What a multi-stage hypersolver adds to a base step of the model, as mean Euclidean lengths over observed steps. */
export interface StepShares {
  /** ‖z1 − base step of f‖: all there is to learn. */
  readonly missed: number;
  /** ‖base step of f + h − base step of f‖: what h adds for the model. */
  readonly model: number;
  /** ‖ε^(p+1) g‖: what g adds for the truncation. */
  readonly truncation: number;
  /** ‖z1 − step with both‖: what is left. */
  readonly left: number;
}

/**
 * How much of what a base step misses is the model's fault, and how much the solver's: by what h and g add in one step.
 * @param nominal f. @param corrected f + h, of `fitModelResidual`. @param method its correction, in one step.
 * @throws as `checkObservedSteps`; SHAPE_MISMATCH for fields of different states.
 */
export async function stepShares(
  nominal: Field,
  corrected: Field,
  method: HyperMethod,
  steps: ObservedSteps,
  context: RunContext = {},
): Promise<StepShares> {
  for (const field of [nominal, corrected]) checkObservedSteps(field, steps);
  const state = stateType(nominal);
  const specs = { "/z": state, "/z1": state, ...controlSpecs(nominal) };
  const { s = 0, epsilon } = steps;
  const base = fixed(method.correction.base, { steps: 1 });
  const graph = trace(specs, (inputs: NamedNodes) => {
    const [z, z1] = [inputs["/z"] as Node, inputs["/z1"] as Node];
    const controls = controlNodes(nominal, inputs);
    const site = { s, dt: epsilon, z, z0: z, controls };
    const plain = base.scheme(nominal).step(site).z1;
    const informed = base.scheme(corrected).step(site).z1;
    const both = method.scheme(corrected).step(site).z1;
    const length = (a: Node, b: Node): Node => mean(norm(sub(a, b)));
    return {
      missed: length(z1, plain),
      model: length(informed, plain),
      truncation: length(both, informed),
      left: length(z1, both),
    };
  });
  const program = await compile(graph, machineOf(context));
  try {
    const typed = (value: Tensor): Tensor => (isFloat(value.dtype) ? cast(value, state.dtype) : value);
    const given = Object.entries(steps.controls).map(([name, value]) => [name, typed(value)] as const);
    const feeds = { "/z": typed(steps.z), "/z1": typed(steps.z1), ...Object.fromEntries(given) };
    const outputs = await program.run(feeds);
    const number = (name: keyof StepShares): number => finite(name, item(outputs[name] as Tensor));
    return {
      missed: number("missed"),
      model: number("model"),
      truncation: number("truncation"),
      left: number("left"),
    };
  } finally {
    await program.dispose();
  }
}

function finite(what: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw fail("NON_FINITE", { what: `step shares: ${what}`, received: String(value) });
}
