import { countMacs, type Graph, type InputSpec, jvp, type Node, trace } from "../../graph/index.js";
import { type CompileOptions, compile, type NamedTensors } from "../../runtime/index.js";
import {
  type FloatDType,
  fail,
  formatShape,
  fromNumbers,
  scalar,
  sizeOf,
  type Tensor,
  toFloat64,
} from "../../tensor/index.js";
import { rowsOf } from "../compiled/compiled-steps.js";
import { evaluationGraph } from "../compiled/trial-graph.js";
import { evaluateField } from "../field/evaluate-field.js";
import { controlNodes, controlSpecs, type Field, stateType } from "../field/field.js";
import { clampTo, type Span } from "../problem/mesh.js";
import type { Linearization, LinearizedField } from "./linearized-field.js";

/** Numbers of one sample up to which an implicit method is offered: Jacobians are full matrices, taken apart on the host. */
export const IMPLICIT_LIMIT = 64;

/** Programs of f and of products of its Jacobian with vectors. */
export interface CompiledLinearization {
  /** The field at given controls, for states of so many samples. */
  with(controls: NamedTensors, shape: readonly number[], span: Span | undefined): LinearizedField;
  /** Numbers of one sample. */
  readonly width: number;
  /** Products with the Jacobian that a linearization takes. */
  readonly products: number;
  /** Multiply–accumulates a sample: of f, and of one linearization. */
  readonly macs: { readonly evaluation: number; readonly linearization: number };
  dispose(): Promise<void>;
}

/**
 * Compiles what an implicit method asks of a field: f, and one Jacobian–vector product, which runs once a number of the state
 * (and once for ∂f/∂s).
 * @throws INVALID_ARGUMENT for states of more than 64 numbers a sample.
 */
export async function compileLinearization(
  field: Field,
  method: string,
  options: CompileOptions,
): Promise<CompiledLinearization> {
  const { shape, dtype } = stateType(field);
  const width = sizeOf(shape.slice(1).map(Number));
  requireSmall(width, shape, method);
  const [evaluation, tangent] = [evaluationGraph(field), tangentGraph(field)];
  const f = await compile(evaluation, { hot: true, ...options }, rowsOf(evaluation));
  const along = await compile(tangent, { hot: true, ...options }, rowsOf(tangent));
  const hasDepth = field.roles.depth !== undefined;
  const products = width + (hasDepth ? 1 : 0);
  return {
    width,
    products,
    macs: { evaluation: countMacs(evaluation, 1), linearization: products * countMacs(tangent, 1) },
    with: (controls, states, span) => {
      const held = { held: controls };
      const depth = (s: number): Tensor => scalar(span === undefined ? s : clampTo(span, s), dtype);
      const tensor = (values: Float64Array): Tensor => fromNumbers(values, states, dtype as FloatDType);
      const product = async (s: number, z: Tensor, v: Tensor, r: number): Promise<Float64Array> => {
        const feeds = { "/s": depth(s), "/z": z, "/v": v, "/r": scalar(r, dtype) };
        return toFloat64((await along.run(feeds, held)).w as Tensor);
      };
      const direction = (j: number): Tensor =>
        tensor(Float64Array.from({ length: sizeOf(states) }, (_, i) => (i % width === j ? 1 : 0)));
      const directions = Array.from({ length: width }, (_, j) => direction(j));
      const still = tensor(new Float64Array(sizeOf(states)));
      return {
        width,
        evaluationsPerLinearization: products,
        evaluate: async (s, y) =>
          toFloat64((await f.run({ "/s": depth(s), "/z": tensor(y) }, held)).k as Tensor),
        linearize: async ({ s, y }): Promise<Linearization> => {
          const z = tensor(y);
          const jacobian = new Float64Array(y.length * width);
          for (const [j, v] of directions.entries())
            for (const [i, value] of (await product(s, z, v, 0)).entries()) jacobian[i * width + j] = value;
          const rate = hasDepth ? await product(s, z, still, 1) : new Float64Array(y.length);
          return { jacobian, rate };
        },
      };
    },
    dispose: async () => {
      await f.dispose();
      await along.dispose();
    },
  };
}

/** w = ∂f/∂z /v + ∂f/∂s /r at (/s, /z). */
function tangentGraph(field: Field): Graph {
  const { shape, dtype } = stateType(field);
  const number: InputSpec = { shape: [], dtype };
  const state: InputSpec = { shape, dtype };
  const specs: Record<string, InputSpec> = {
    ...controlSpecs(field),
    "/s": number,
    "/r": number,
    "/z": state,
    "/v": state,
  };
  return trace(specs, (inputs) => {
    const node = (name: string): Node => inputs[name] as Node;
    const controls = controlNodes(field, inputs);
    const { dz } = evaluateField(field, node("/s"), node("/z"), { controls });
    return { w: jvp([dz], [node("/z"), node("/s")], [node("/v"), node("/r")])[0] as Node };
  });
}

function requireSmall(width: number, shape: readonly (number | string)[], method: string): void {
  if (width <= IMPLICIT_LIMIT) return;
  throw fail("INVALID_ARGUMENT", {
    what: method,
    expected: `states of at most ${IMPLICIT_LIMIT} numbers a sample: an implicit method solves a linear system of that size`,
    received: `${width} numbers, ${formatShape(shape)}`,
    help: "take an explicit method, such as dopri5@1e-4, or more steps",
  });
}
