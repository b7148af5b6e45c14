import { type Graph, type InputSpec, jvp, type Node, trace, vjp } from "../../graph/index.js";
import { type CompileOptions, compile, type NamedTensors, type Program } from "../../runtime/index.js";
import { cast, fail, isFloat, type Random, scalar, type Tensor, toFloat64 } from "../../tensor/index.js";
import { runtimeOptions } from "../compiled/compiled-options.js";
import { evaluateField } from "./evaluate-field.js";
import { controlNodes, controlSpecs, type Field, stateType } from "./field.js";
import { fieldAs } from "./field-as.js";
import { withOpenParameters } from "./open-parameters.js";
import type { JacobianPlace } from "./spectral-radius.js";

/** How exact sensitivities are. */
export interface SensitivityOptions extends CompileOptions {
  /** Relative change of the estimate at which iterations end. Default 1e-4. */
  readonly tolerance?: number;
  /** Most iterations: a product with the Jacobian and one with its transpose each. Default 100. */
  readonly iterations?: number;
}

/** States at a depth, of which the field's answer is looked at. */
export type FieldPlace = Omit<JacobianPlace, "parameters">;

/** A field as a function of its parameters, on given states: the norm of functions is the root mean square over states. */
export interface CompiledSensitivity {
  /**
   * L_θ = ‖∂f/∂θ‖: how far f moves at most for a move of θ, both to first order. A lower bound that iterations raise.
   * @param parameters values of the field's parameters.
   * @param random draws the first direction.
   * @throws NON_FINITE where a derivative is.
   */
  norm(parameters: NamedTensors, places: readonly FieldPlace[], random: Random): Promise<number>;
  /** ‖f(·; after) − f(·; before)‖. */
  change(before: NamedTensors, after: NamedTensors, places: readonly FieldPlace[]): Promise<number>;
  dispose(): Promise<void>;
}

/**
 * Prepares to ask how much a field depends on its parameters: by power iteration on (∂f/∂θ)ᵀ(∂f/∂θ), in float64, with
 * Jacobian–vector products and no matrix in memory. Of proposition 1 in Poli et al. (2020): ‖Δf‖ ≤ L_θ ‖Δθ‖.
 * @throws INVALID_ARGUMENT for a field without parameters, or options out of range.
 */
export async function compileParameterSensitivity(
  field: Field,
  options: SensitivityOptions = {},
): Promise<CompiledSensitivity> {
  const { tolerance = 1e-4, iterations = 100 } = options;
  const names = Object.keys(field.parameters).filter((name) =>
    isFloat(field.graph.inputs[name]?.dtype ?? "bool"),
  );
  demand("field", names.length > 0, "parameters to move", "none");
  demand("tolerance", tolerance > 0, "a number above 0", tolerance);
  demand("iterations", Number.isInteger(iterations) && iterations > 0, "an integer, at least 1", iterations);
  const exact = fieldAs(withOpenParameters(field), "float64");
  const runtime = { hot: true, ...runtimeOptions(options) };
  const product = await compile(productGraph(exact, names), runtime);
  const value = await compile(valueGraph(exact), runtime);
  return {
    norm: async (parameters, places, random) => {
      let v = unit(Object.fromEntries(names.map((name) => [name, normals(exact, name, random)])));
      let [before, now] = [0, 0];
      for (let i = 0; i < iterations; i++) {
        const image = await pulledBack(product, { parameters, places, v }, names);
        // ‖Jᵀ J v‖ ≤ σ², and closer to it than ‖Jv‖².
        now = Math.sqrt(lengthOf(image));
        if (!Number.isFinite(now)) throw notFinite(now);
        if (now === 0 || Math.abs(now - before) <= tolerance * now) break;
        [v, before] = [unit(image), now];
      }
      return now;
    },
    change: async (before, after, places) => {
      let [total, count] = [0, 0];
      for (const place of places) {
        const [a, b] = [await value.run(feedsOf(place, before)), await value.run(feedsOf(place, after))].map(
          (outputs) => toFloat64(outputs[VALUE] as Tensor),
        ) as [Float64Array, Float64Array];
        a.forEach((x, i) => {
          total += (x - (b[i] ?? 0)) ** 2;
        });
        count += place.z.shape[0] ?? 0;
      }
      return Math.sqrt(total / count);
    },
    dispose: async () => {
      await product.dispose();
      await value.dispose();
    },
  };
}

const TANGENT = "/tangent of ";
const IMAGE = "/image of ";
const VALUE = "/dz";

/** From a direction v in the space of parameters to (∂f/∂θ)ᵀ(∂f/∂θ) v, summed over states. */
function productGraph(field: Field, names: readonly string[]): Graph {
  const specs = placeSpecs(field);
  for (const name of names) specs[`${TANGENT}${name}`] = field.graph.inputs[name] as Node;
  return trace(specs, (inputs) => {
    const dz = derivativeOf(field, inputs);
    const weights = names.map((name) => inputs[name] as Node);
    const tangents = names.map((name) => inputs[`${TANGENT}${name}`] as Node);
    const [moved] = jvp([dz], weights, tangents);
    const images = vjp([dz], [moved as Node], weights);
    return Object.fromEntries(names.map((name, i) => [`${IMAGE}${name}`, images[i] as Node]));
  });
}

const valueGraph = (field: Field): Graph =>
  trace(placeSpecs(field), (inputs) => ({ [VALUE]: derivativeOf(field, inputs) }));

function placeSpecs(field: Field): Record<string, InputSpec> {
  const { shape, dtype } = stateType(field);
  return { ...controlSpecs(field), "/z": { shape, dtype }, "/s": { shape: [], dtype } };
}

function derivativeOf(field: Field, inputs: Readonly<Record<string, Node>>): Node {
  const controls = controlNodes(field, inputs);
  return evaluateField(field, inputs["/s"] as Node, inputs["/z"] as Node, { controls }).dz;
}

function feedsOf({ z, s, controls = {} }: FieldPlace, parameters: NamedTensors): NamedTensors {
  const typed = Object.entries({ ...controls, ...parameters }).map(([name, value]) => [
    name,
    isFloat(value.dtype) ? cast(value, "float64") : value,
  ]);
  return { ...Object.fromEntries(typed), "/z": cast(z, "float64"), "/s": scalar(s, "float64") };
}

interface Direction {
  readonly parameters: NamedTensors;
  readonly places: readonly FieldPlace[];
  readonly v: Readonly<Record<string, Tensor>>;
}

/** Over all places, divided by the number of states. */
async function pulledBack(
  program: Program,
  { parameters, places, v }: Direction,
  names: readonly string[],
): Promise<Record<string, Tensor>> {
  const tangents = Object.fromEntries(names.map((name) => [`${TANGENT}${name}`, v[name] as Tensor]));
  const sums = Object.fromEntries(names.map((name) => [name, new Float64Array(v[name]?.data.length ?? 0)]));
  const count = places.reduce((total, { z }) => total + (z.shape[0] ?? 0), 0);
  for (const place of places) {
    const images = await program.run({ ...feedsOf(place, parameters), ...tangents });
    for (const name of names)
      toFloat64(images[`${IMAGE}${name}`] as Tensor).forEach((x, i) => {
        const sum = sums[name] as Float64Array;
        sum[i] = (sum[i] ?? 0) + x / count;
      });
  }
  return Object.fromEntries(
    names.map((name) => [name, { ...(v[name] as Tensor<"float64">), data: sums[name] as Float64Array }]),
  );
}

function normals({ graph }: Field, name: string, random: Random): Tensor {
  const shape = (graph.inputs[name]?.shape ?? []).map(Number);
  const size = shape.reduce((product, extent) => product * extent, 1);
  return { dtype: "float64", shape, data: Float64Array.from({ length: size }, () => random.normal()) };
}

const lengthOf = (v: Readonly<Record<string, Tensor>>): number =>
  Math.sqrt(
    Object.values(v).reduce((sum, { data }) => {
      let own = 0;
      for (const x of data as Float64Array) own += x * x;
      return sum + own;
    }, 0),
  );

function unit(v: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const length = lengthOf(v);
  return Object.fromEntries(
    Object.entries(v).map(([name, value]) => [
      name,
      { ...(value as Tensor<"float64">), data: (value.data as Float64Array).map((x) => x / length) },
    ]),
  );
}

function demand(what: string, holds: boolean, expected: string, received: unknown): void {
  if (holds) return;
  throw fail("INVALID_ARGUMENT", { what: `sensitivity: ${what}`, expected, received: String(received) });
}

const notFinite = (size: number): Error =>
  fail("NON_FINITE", {
    what: "derivative of the field with respect to its parameters",
    expected: "finite numbers",
    received: String(size),
  });
