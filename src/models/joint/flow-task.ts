import { type InputSpec, type Node, pad } from "../../graph/index.js";
import { logDensityField, type Span } from "../../ode/index.js";
import { NOISE_CONTROL, stateType } from "../../ode/internal.js";
import type { CompileOptions } from "../../runtime/index.js";
import { cast, Random } from "../../tensor/index.js";
import type { Flow } from "../flow/flow.js";
import type { FlowData } from "../flow/flow-data.js";
import { compileValidation } from "../flow/flow-validation.js";
import { likelihoodLoss } from "../flow/likelihood-loss.js";
import { drawNoise } from "../flow/noise.js";
import { DEFAULT_NOISE } from "../flow/noise-kinds.js";
import type { SolvedTask } from "./solved-task.js";

/** What maximum likelihood is to be trained on. */
export interface FlowTaskOptions {
  /** Rows a mini-batch. Default 256. */
  readonly batch?: number;
  /** Seed of mini-batches and of Hutchinson's noise. Default 0. */
  readonly seed?: number;
}

/**
 * Maximum likelihood of a flow as a task: (x, 0) is solved from data to base with −∫ div f beside it, and the loss is
 * −mean log p(x) in standardized units. Validation is by dopri5 at 1e-5, in units of the data.
 * @throws UNSUPPORTED_FIELD when states are not vectors.
 */
export async function flowTask(
  flow: Flow,
  data: FlowData,
  { batch: count = 256, seed = 0 }: FlowTaskOptions = {},
  machine: CompileOptions = {},
): Promise<SolvedTask> {
  const { base } = flow;
  const augmented = logDensityField(flow.field);
  const { dtype } = stateType(augmented.field);
  const { dimension, estimator } = augmented;
  const span: Span = [flow.span[1], flow.span[0]];
  const validation = await compileValidation(flow, data, seed, machine);
  const rows: InputSpec = { shape: ["batch", dimension], dtype };
  const isNoisy = estimator === "hutchinson";
  const random = new Random(seed);
  return {
    description: `maximum likelihood of ${data.description}, ${base.name} base, ${count} rows, seed ${seed}`,
    field: augmented.field,
    span,
    batch: isNoisy ? { x: rows, [NOISE_CONTROL]: rows } : { x: rows },
    start: ({ x }) => pad(x as Node, 1, 0, 1),
    loss: (end) => {
      const { loss, parts } = likelihoodLoss(augmented, { base, span, kinetic: 0, frobenius: 0 }, end);
      return { loss, metrics: parts };
    },
    draw: (iteration) => {
      const x = cast(data.batch(count, random.fork(`batch ${iteration}`)), dtype);
      const noise = () =>
        cast(drawNoise(DEFAULT_NOISE, [count, dimension], random.fork(`noise ${iteration}`)), dtype);
      return isNoisy ? { x, [NOISE_CONTROL]: noise() } : { x };
    },
    validate: validation.verdict,
    dispose: () => validation.dispose(),
  };
}
