import {
  add,
  concatColumns,
  div,
  type Graph,
  type InputSpec,
  jvp,
  maximum,
  mul,
  type Node,
  reduceSum,
  reshape,
  sqrt,
  sub,
  trace,
} from "../../graph/index.js";
import { type CompileOptions, compile, type NamedTensors } from "../../runtime/index.js";
import {
  cast,
  draw,
  fail,
  isFloat,
  type Random,
  sizeOf,
  type Tensor,
  toFloat64,
} from "../../tensor/index.js";
import { prepared, runtimeOptions } from "../compiled/compiled-options.js";
import { evaluateField } from "./evaluate-field.js";
import { controlNodes, controlSpecs, type Field, stateType } from "./field.js";
import { fieldAs } from "./field-as.js";
import { withOpenParameters } from "./open-parameters.js";
import { PowerIteration, type SpectralRadii } from "./power-iteration.js";

/** How far power iterations go. */
export interface SpectralRadiusOptions extends CompileOptions {
  /** How far a plane may be from one that the Jacobian maps into itself, relative. Default 1e-6. */
  readonly tolerance?: number;
  /** Runs of the program, two Jacobian–vector products each. Default 60. */
  readonly iterations?: number;
}

/** Where Jacobians are looked at. */
export interface JacobianPlace {
  /** States, [batch, …]. */
  readonly z: Tensor;
  /** Their depth. */
  readonly s: number;
  readonly controls?: NamedTensors;
  /** Values of parameters, where they differ from those that the field holds. */
  readonly parameters?: NamedTensors;
}

/** Power iterations on the Jacobians of a field, compiled once for many states and weights. */
export interface CompiledSpectralRadius {
  /**
   * @param random draws the first vectors.
   * @throws SHAPE_MISMATCH for other states; NON_FINITE where a Jacobian is.
   */
  run(place: JacobianPlace, random: Random): Promise<SpectralRadii>;
  dispose(): Promise<void>;
}

/**
 * The largest eigenvalue magnitude of ∂f/∂z at given states: what an explicit method's step has to be small against, so a
 * measure of stiffness. Power iteration by Jacobian–vector products in float64, with no matrix in memory, for states of any
 * shape. From v, Jv and J²v it takes both eigenvalues of the plane that they span, so that a complex pair or ±λ, between
 * which the vectors of a plain power iteration turn, come out as fast as one real eigenvalue, and those of states of two
 * numbers at once.
 * @throws INVALID_ARGUMENT for options out of range.
 */
export async function compileSpectralRadius(
  field: Field,
  options: SpectralRadiusOptions = {},
): Promise<CompiledSpectralRadius> {
  const { tolerance = 1e-6, iterations = 60 } = options;
  requirePositive("tolerance", tolerance, tolerance > 0);
  requirePositive("iterations", iterations, Number.isInteger(iterations) && iterations > 0);
  const exact = fieldAs(withOpenParameters(field), "float64");
  const program = await compile(powerGraph(exact), { hot: true, ...runtimeOptions(options) });
  return {
    run: async ({ z, s, controls = {}, parameters = {} }, random) => {
      const start = prepared(exact, z);
      const { shape } = start;
      const count = shape[0] ?? 0;
      const feeds = {
        ...typed({ ...controls, ...field.parameters, ...parameters }),
        "/z": start,
        "/s": { dtype: "float64", shape: [], data: Float64Array.of(s) } as const,
      };
      const found = new PowerIteration(count, tolerance);
      let v: Tensor = { dtype: "float64", shape, data: Float64Array.from(normals(sizeOf(shape), random)) };
      for (let i = 0; i < iterations && !found.isSettled; i++) {
        const { next, numbers } = await program.run({ ...feeds, "/v": v });
        found.add(toFloat64(numbers as Tensor));
        v = next as Tensor;
      }
      return found.result();
    },
    dispose: () => program.dispose(),
  };
}

const normals = (count: number, random: Random): Float32Array => draw(count, () => random.normal());

function requirePositive(what: string, value: number, holds: boolean): void {
  if (holds) return;
  throw fail("INVALID_ARGUMENT", {
    what: `spectral radius: ${what}`,
    expected: what === "iterations" ? "an integer, at least 1" : "a number above 0",
    received: String(value),
  });
}

const typed = (tensors: NamedTensors): NamedTensors =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, value]) => [
      name,
      isFloat(value.dtype) ? cast(value, "float64") : value,
    ]),
  );

/** Keeps ratios of zero vectors zero instead of NaN. */
const SMALLEST = 1e-150;

/**
 * One iteration for the whole batch: from a vector v to the direction of J²v, and `numbers` [batch, 5], which say what J
 * does in the plane of q₁ = v/‖v‖ and the part q₂ of Jq₁ across it: Jq₁ = α q₁ + β q₂, J²q₁ = ξ₁ q₁ + ξ₂ q₂ + ρ q₃.
 */
function powerGraph(field: Field): Graph {
  const { shape, dtype } = stateType(field);
  const specs: Record<string, InputSpec> = {
    ...controlSpecs(field),
    "/z": { shape, dtype },
    "/v": { shape, dtype },
    "/s": { shape: [], dtype },
  };
  return trace(specs, (inputs) => {
    const z = inputs["/z"] as Node;
    const controls = controlNodes(field, inputs);
    const { dz } = evaluateField(field, inputs["/s"] as Node, z, { controls });
    const rows = (x: Node): Node => reshape(x, [z.shape[0] ?? 1, sizeOf(shape.slice(1).map(Number))]);
    const along = (v: Node): Node => rows(jvp([dz], [z], [reshape(v, z.shape)])[0] as Node);
    const dot = (a: Node, b: Node): Node => reduceSum(mul(a, b), [1], true);
    const size = (x: Node): Node => sqrt(dot(x, x));
    const unit = (x: Node): Node => div(x, maximum(size(x), SMALLEST));
    const q1 = unit(rows(inputs["/v"] as Node));
    const w = along(q1);
    const x = along(w);
    const alpha = dot(q1, w);
    const across = sub(w, mul(q1, alpha));
    const q2 = unit(across);
    const [xi1, xi2] = [dot(q1, x), dot(q2, x)];
    const rest = sub(x, add(mul(q1, xi1), mul(q2, xi2)));
    const numbers = [alpha, size(across), xi1, xi2, size(rest)];
    return { next: reshape(unit(x), z.shape), numbers: concatColumns(numbers) };
  });
}
