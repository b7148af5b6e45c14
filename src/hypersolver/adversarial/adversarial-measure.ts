import { type Graph, type InputSpec, type NamedNodes, type Node, trace } from "../../graph/index.js";
import {
  adaptive,
  type CompiledSolve,
  type CompiledSpectralRadius,
  compileSolve,
  compileSpectralRadius,
  dopri5,
  type Field,
  fixed,
  orThrow,
  uniformMesh,
} from "../../ode/index.js";
import { controlSpecs, stateType, stepsOf, withOpenParameters } from "../../ode/internal.js";
import { type CompileOptions, compile, type NamedTensors, type Program } from "../../runtime/index.js";
import { cast, Random, type Tensor, zeros } from "../../tensor/index.js";
import { prefixed, withPrefix } from "../../tensor/internal.js";
import type { Correction } from "../correction/correction.js";
import { openHyperEnd } from "../follow/open-solve.js";
import { stateErrors } from "../measure/measure.js";
import { compileReference, MEASURING, type Reference } from "../reference/reference.js";
import type { Samples } from "../states/states.js";
import { type AdversarialPlace, referencePoints } from "./adversarial-loss.js";

/** How stiff a field is, and how well a hypersolver does on it. */
export interface AdversarialNumbers {
  /** Mean Euclidean error of the hypersolver at the end of the span. */
  readonly error: number;
  /** The same of its base alone. */
  readonly baseError: number;
  /** Mean Euclidean norm of the states there: errors over it are relative. */
  readonly size: number;
  /** Evaluations that dopri5 at 1e-5 makes of the field. */
  readonly nfe: number;
  /** Mean over trajectories of the largest |λ| of ∂f/∂z at their mesh points. */
  readonly eigenvalue: number;
  /** Mean Euclidean error at the end of the reference that both sides learn from. */
  readonly referenceError: number;
}

/** A measurement, compiled once for all values of the field's and the correction's parameters. */
export interface AdversarialMeasure {
  /** @throws NON_FINITE, STEP_LIMIT or STEP_UNDERFLOW where the field cannot be solved. */
  of(fieldParameters: NamedTensors, correctionParameters: NamedTensors): Promise<AdversarialNumbers>;
  dispose(): Promise<void>;
}

/** What counts evaluations: a tolerance at which float32 still tells a step from the next. */
const COUNTED = adaptive(dopri5, { rtol: 1e-5, atol: 1e-5 });
/** Prefix of g's parameters among the inputs of the field's. */
const OF_G = "g ";
const EIGENVALUE_ITERATIONS = 30;

interface Compiled {
  readonly ends: Program;
  readonly reference: Reference;
  readonly counted: CompiledSolve;
  readonly radius: CompiledSpectralRadius;
}

/**
 * Measures hypersolvers on fields that share a structure: errors against dopri5 at 1e-8 in float64, and how stiff the field
 * is.
 * @param samples states to measure on.
 */
export async function compileAdversarialMeasure(
  field: Field,
  correction: Correction,
  place: AdversarialPlace,
  samples: Samples,
  options: CompileOptions = {},
): Promise<AdversarialMeasure> {
  const open = withOpenParameters(field);
  const mesh = uniformMesh(place.span, place.steps);
  const compiled: Compiled = {
    ends: await compile(endsGraph(open, correction, place), options),
    reference: await compileReference(open, MEASURING, options),
    counted: await compileSolve(open, { ...options, span: place.span, method: COUNTED }),
    radius: await compileSpectralRadius(field, { ...options, iterations: EIGENVALUE_ITERATIONS }),
  };
  const z0 = cast(samples.z0, stateType(field).dtype);
  return {
    of: async (fieldParameters, correctionParameters) => {
      const controls = { ...samples.controls, ...field.parameters, ...fieldParameters };
      const states = await compiled.reference.states(z0, mesh, controls);
      const exact = states.at(-1) as Tensor;
      const ends = await compiled.ends.run({
        ...controls,
        ...prefixed(correctionParameters, OF_G),
        "/z0": z0,
      });
      const errorOf = (name: string): number => stateErrors(ends[name] as Tensor, exact).mean;
      return {
        error: errorOf("hyper"),
        size: stateErrors(zeros(exact.shape, "float64"), exact).mean,
        baseError: errorOf("base"),
        referenceError: errorOf("reference"),
        nfe: orThrow(await compiled.counted.run(z0, controls)).statistics.nfe,
        eigenvalue: await meanLargest(compiled.radius, states, mesh, {
          controls: samples.controls,
          parameters: fieldParameters,
        }),
      };
    },
    dispose: async () => {
      for (const part of Object.values(compiled)) await part.dispose();
    },
  };
}

/** Mean over samples of the largest spectral radius along their trajectories. */
async function meanLargest(
  radius: CompiledSpectralRadius,
  states: readonly Tensor[],
  mesh: readonly number[],
  values: { readonly controls: NamedTensors; readonly parameters: NamedTensors },
): Promise<number> {
  const largest = new Float64Array(states[0]?.shape[0] ?? 0);
  for (const [k, z] of states.entries()) {
    const { radii } = await radius.run({ z, s: mesh[k] ?? 0, ...values }, new Random(0));
    radii.forEach((value, i) => {
      largest[i] = Math.max(largest[i] ?? 0, value);
    });
  }
  return largest.reduce((total, value) => total + value / largest.length, 0);
}

/** From z₀, parameters of the field and of g to the ends of hypersolver, base and reference. */
function endsGraph(field: Field, correction: Correction, place: AdversarialPlace): Graph {
  const { shape, dtype } = stateType(field);
  const specs: Record<string, InputSpec> = {
    ...controlSpecs(field),
    ...prefixed(correction.parameters, OF_G),
    "/z0": { shape, dtype },
  };
  return trace(specs, (inputs: NamedNodes) => {
    const z0 = inputs["/z0"] as Node;
    const mesh = { steps: stepsOf(uniformMesh(place.span, place.steps)), z0, controls: inputs };
    const base = fixed(correction.base, { steps: 1 }).scheme(field).solve(mesh);
    const points = referencePoints(field, { z0, controls: inputs }, place);
    return {
      hyper: openHyperEnd(field, correction, place, {
        z0,
        controls: inputs,
        weights: withPrefix(inputs, OF_G),
      }),
      base: base.at(-1)?.z1 ?? z0,
      reference: points.at(-1) as Node,
    };
  });
}
