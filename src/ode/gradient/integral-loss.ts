import {
  add,
  constant,
  type Graph,
  gradient,
  type InputSpec,
  mean,
  mul,
  type NamedNodes,
  type Node,
  reshape,
  slice,
  trace,
} from "../../graph/index.js";
import { compile, type NamedTensors } from "../../runtime/index.js";
import { fail, formatShape, item, type Tensor } from "../../tensor/index.js";
import { prepared, runtimeOptions } from "../compiled/compiled-options.js";
import { type CarriedField, type CarriedSite, carriedField } from "../field/carried-field.js";
import { controlSpecs, type Field, stateType } from "../field/field.js";
import { columnsOf } from "../field/state-columns.js";
import { requestedTimes } from "../problem/grid.js";
import type { SolveStatistics } from "../problem/solution.js";
import type { GradientOptions } from "./gradient-options.js";
import { compileGradient } from "./solve-gradient.js";

/**
 * What is minimized: the mean over the samples of ∫ running(s, z(s)) |ds| over the span, plus terminal(z) at its end. One of
 * them may be left out.
 */
export interface IntegralLoss {
  /** Integrand, one number a sample: [batch] or [batch, 1]. */
  readonly running?: ((at: CarriedSite) => Node) | undefined;
  /** Of the state at the end, of the field's shape, and controls by name: one number a sample. */
  readonly terminal?: ((z: Node, controls: NamedNodes) => Node) | undefined;
  /** Controls that the losses read beside those of the field, such as targets. */
  readonly controls?: Readonly<Record<string, InputSpec>> | undefined;
}

/** Values that may differ from run to run. */
interface IntegralLossInputs {
  /** Of the field's controls and the loss's. */
  readonly controls?: NamedTensors;
  /** Of parameters, where they differ from those that the field holds. */
  readonly parameters?: NamedTensors;
}

/** A loss along solutions, and its gradient. */
export interface IntegralLossGradient {
  readonly loss: number;
  /** Its parts, means over the samples; 0 for one that was left out. */
  readonly running: number;
  readonly terminal: number;
  /** With respect to every float parameter of the field, by name. */
  readonly parameters: Readonly<Record<string, Tensor>>;
  /** With respect to every float control, by name, as far as the way to the end depends on it. */
  readonly controls: Readonly<Record<string, Tensor>>;
  /** With respect to the initial states, [n, …]. */
  readonly z0: Tensor;
  /** Of the solve, and of the way back. */
  readonly statistics: SolveStatistics;
  readonly backward: SolveStatistics;
}

/** A loss along solutions, compiled once, for many states and weights. */
export interface CompiledIntegralLoss {
  /**
   * @param z0 [n, …] of the field.
   * @throws STEP_LIMIT, STEP_UNDERFLOW, NON_FINITE, INTERRUPTED when the solve or the way back fails; INVALID_ARGUMENT for
   *   parameters that the field does not have.
   */
  run(z0: Tensor, inputs?: IntegralLossInputs): Promise<IntegralLossGradient>;
  dispose(): Promise<void>;
}

/**
 * Prepares a loss that is an integral along the solutions of a field, and its gradient through the solve. The integral is
 * carried along as one more column of the state (`carriedField`): it has the solver's order, error control sees it, and the
 * gradient is that of any solve, exact for the steps that were taken or by the adjoint equation.
 * @param options span, method and kind of gradient, as of `compileGradient`.
 * @throws INVALID_ARGUMENT without any loss or without a span, and as `compileGradient`; as `carriedField`; SHAPE_MISMATCH for
 *   a terminal loss that is not one number a sample.
 * Reference: S. Massaroli et al., Dissecting Neural ODEs, NeurIPS 2020, section 2 (generalized adjoint).
 */
export async function compileIntegralLoss(
  field: Field,
  loss: IntegralLoss,
  options: GradientOptions,
): Promise<CompiledIntegralLoss> {
  const { running, terminal, controls: own } = loss;
  if (running === undefined && terminal === undefined)
    throw fail("INVALID_ARGUMENT", {
      what: "integral loss",
      expected: "a running loss, a terminal one or both",
      received: "none",
    });
  const carried = carriedField<string>(field, running === undefined ? {} : { [RUNNING]: running }, own);
  const times = requestedTimes(options);
  const graph = lossGraph(field, carried, loss, Math.sign((times.at(-1) ?? 0) - (times[0] ?? 0)));
  const solve = await compileGradient(carried.field, options);
  const program = await compile(graph, runtimeOptions(options));
  return {
    run: async (z0, { controls = {}, parameters = {} } = {}) => {
      let seen: NamedTensors = {};
      const cotangent = async (states: readonly Tensor[]): Promise<Tensor> => {
        seen = await program.run({ ...controls, [STATE]: states.at(-1) as Tensor });
        return seen.cotangent as Tensor;
      };
      const start = carried.start(prepared(field, z0));
      const result = await solve.run(start, cotangent, { controls, parameters });
      const value = (name: string): number => item(seen[name] as Tensor);
      return {
        ...{ loss: value("loss"), running: value(RUNNING), terminal: value(TERMINAL) },
        parameters: result.parameters,
        controls: result.controls,
        z0: { ...columnsOf(result.z0, 0, carried.dimension), shape: z0.shape },
        statistics: result.solution.statistics,
        backward: result.backward,
      };
    },
    dispose: async () => {
      await solve.dispose();
      await program.dispose();
    },
  };
}

/** Names of the parts of the loss; the carried column bears the first. */
const [RUNNING, TERMINAL] = ["running", "terminal"] as const;
/** The slash keeps the state at the end apart from a control of that name. */
const STATE = "/state";

/** From the carried state at the end to the loss, its parts, and its cotangent. */
function lossGraph(field: Field, carried: CarriedField, loss: IntegralLoss, direction: number): Graph {
  const { shape } = stateType(field);
  const specs: Record<string, InputSpec> = {
    ...controlSpecs(carried.field),
    [STATE]: stateType(carried.field),
  };
  return trace(specs, (inputs: NamedNodes) => {
    const state = inputs[STATE] as Node;
    const at = carried.columns[RUNNING];
    const none = constant(0, state.dtype);
    const running = at === undefined ? none : mul(mean(slice(state, 1, at, at + 1)), direction);
    const z = reshape(slice(state, 1, 0, carried.dimension), shape);
    const terminal = loss.terminal === undefined ? none : mean(onePerSample(loss.terminal(z, inputs)));
    const total = add(running, terminal);
    const [cotangent] = gradient(total, [state]);
    return { loss: total, [RUNNING]: running, [TERMINAL]: terminal, cotangent: cotangent as Node };
  });
}

function onePerSample(values: Node): Node {
  const [batch, ...rest] = values.shape;
  if (batch === "batch" && rest.every((size) => size === 1)) return values;
  throw fail("SHAPE_MISMATCH", {
    what: "terminal loss",
    expected: "one number a sample, [batch] or [batch, 1]",
    received: formatShape(values.shape),
    help: "add up over the other axes",
  });
}
