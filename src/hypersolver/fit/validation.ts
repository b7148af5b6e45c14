import {
  add,
  div,
  type Graph,
  type InputSpec,
  mean,
  mul,
  type Node,
  norm,
  reshape,
  sub,
  trace,
} from "../../graph/index.js";
import { type AdaptiveMethod, type Field, type Span, uniformMesh } from "../../ode/index.js";
import { controlNodes, controlSpecs, stateType, stepsOf } from "../../ode/internal.js";
import type { Verdict } from "../../optim/internal.js";
import { compile, type NamedTensors } from "../../runtime/index.js";
import { cast, item, Random, type Tensor } from "../../tensor/index.js";
import type { Correction } from "../correction/correction.js";
import { hyperScheme } from "../correction/hyper-scheme.js";
import { referenceEnds } from "../measure/measure.js";
import type { Samples } from "../states/states.js";
import type { FitSettings } from "./fit-settings.js";

/** Tells how good parameters are at what they will be used for. */
interface Validation {
  /**
   * Mean Euclidean error at the end of the span, in the target number of steps, on states outside the training set; for
   * corrections that work in both directions, its mean with the error of the way back. Where it is relative, over the
   * mean norm of the reference.
   */
  error(parameters: NamedTensors): Promise<number>;
  dispose(): Promise<void>;
}

interface ValidationOptions {
  /** States to validate on. */
  readonly samples: number;
  /** Whether errors are divided by the mean norm of the reference. */
  readonly relative: boolean;
}

/** The error as the training loop hears it. */
export async function verdictOf(validation: Validation, parameters: NamedTensors): Promise<Verdict> {
  const error = await validation.error(parameters);
  return { score: [error], metrics: { error } };
}

/** One program from parameters to error: the whole solve unrolled, with g's weights as inputs. */
export async function compileValidation(
  field: Field,
  correction: Correction,
  fit: FitSettings,
  reference: AdaptiveMethod,
  { samples: count, relative }: ValidationOptions,
): Promise<Validation> {
  const samples = await fit.states.validation(count, new Random(fit.seed));
  const ends = await referenceEnds(field, fit.span, samples, reference, fit.compile);
  return validationOn(field, correction, fit, { samples, ends, relative });
}

/** States and where they should arrive at the end of the span. */
interface ValidationEnds extends Pick<ValidationOptions, "relative"> {
  readonly samples: Samples;
  readonly ends: Tensor;
}

/** The same where the ends are known. */
export async function validationOn(
  field: Field,
  correction: Correction,
  fit: FitSettings,
  { samples, ends, relative }: ValidationEnds,
): Promise<Validation> {
  const { dtype } = stateType(field);
  const program = await compile(validationGraph(field, correction, fit, relative), fit.compile);
  const fixed = { ...samples.controls, "/z0": cast(samples.z0, dtype), "/end": cast(ends, dtype) };
  return {
    error: async (parameters) => {
      const feeds = Object.entries(parameters).map(([name, value]) => [weightName(name), value]);
      const { error } = await program.run({ ...fixed, ...Object.fromEntries(feeds) });
      const value = item(error as Tensor);
      // A solve that broke is worse than any that did not.
      return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
    },
    dispose: () => program.dispose(),
  };
}

/** Keeps a parameter of g apart from the field's inputs. */
const weightName = (name: string): string => `g ${name}`;

function validationGraph(
  field: Field,
  correction: Correction,
  { span, steps, directions }: FitSettings,
  relative: boolean,
): Graph {
  const { shape, dtype } = stateType(field);
  const weights = Object.entries(correction.parameters);
  const specs: Record<string, InputSpec> = {
    ...controlSpecs(field),
    ...Object.fromEntries(
      weights.map(([name, value]) => [weightName(name), { shape: value.shape, dtype: value.dtype }]),
    ),
    "/z0": { shape, dtype },
    "/end": { shape, dtype },
  };
  return trace(specs, (inputs) => {
    const parameters = Object.fromEntries(weights.map(([name]) => [name, inputs[weightName(name)] as Node]));
    const controls = controlNodes(field, inputs);
    const scheme = hyperScheme(field, correction, { parameters });
    const [start, end] = [inputs["/z0"] as Node, inputs["/end"] as Node];
    const solved = (z0: Node, over: Span): Node =>
      stepsOf(uniformMesh(over, steps)).reduce(
        (z, { s, dt }) => scheme.step({ s, dt, z, z0, controls }).z1,
        z0,
      );
    const size = (x: Node): Node => mean(norm(flattened(x)));
    const distance = (a: Node, b: Node): Node => (relative ? div(size(sub(a, b)), size(a)) : size(sub(a, b)));
    const forward = distance(end, solved(start, span));
    if (directions === "forward") return { error: forward };
    return { error: mul(add(forward, distance(start, solved(end, [span[1], span[0]]))), 0.5) };
  });
}

function flattened(x: Node): Node {
  const [batch = 1, ...rest] = x.shape;
  return reshape(x, [batch, rest.reduce<number>((product, size) => product * Number(size), 1)]);
}
