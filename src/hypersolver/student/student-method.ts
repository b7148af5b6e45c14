import { add, constant, type Node } from "../../graph/index.js";
import type { Field, FixedMethod, Method, Span } from "../../ode/index.js";
import { type Grid, gridText, type MethodSpec, repeatedStep, type StepScheme } from "../../ode/internal.js";
import { fail, type Tensor } from "../../tensor/index.js";
import { type CorrectionNetwork, correctionMacs, evaluateCorrection } from "../correction/correction.js";
import { networkFor } from "../learned/network-for.js";
import { gridOver, requireOwnGrid } from "../learned/one-span.js";

/** A student as plain JSON. */
export interface StudentSpec extends MethodSpec {
  readonly kind: "student";
  /** Where its network is; absent for one that is in memory alone. */
  readonly file?: string;
  /** Absent: the grid that the file says. */
  readonly grid?: Grid;
}

/**
 * A network that answers for a whole solve, z(t1) ≈ z0 + S(z0, x), without a look at f: no solver, but what every solver
 * with a network in it has to beat at equal arithmetic.
 */
export interface StudentMethod extends FixedMethod {
  /** Sees `z`, and `x` where the field has controls. */
  readonly student: CorrectionNetwork;
  readonly spec: StudentSpec;
  scheme(field: Field): StepScheme;
  /** The same method, named by what it is. */
  withoutFile(): StudentMethod;
  withGrid(grid: Grid): StudentMethod;
}

export interface StudentOptions {
  /** What it is called in the method's spelling and spec, usually its file. */
  readonly file?: string;
}

/**
 * A student as a method, spelled `student:FILE` where a file has it. It knows one span: there is no other grid.
 * @throws INVALID_ARGUMENT for a span of one point, or a network that wants to see what only a solver computes.
 */
export function student(network: CorrectionNetwork, span: Span, options: StudentOptions = {}): StudentMethod {
  const grid = gridOver(span);
  const stranger = network.inputs.find((input) => input !== "z" && input !== "x");
  if (stranger !== undefined)
    throw fail("INVALID_ARGUMENT", {
      what: "inputs of the student",
      expected: "z, x",
      received: stranger,
    });
  const { file } = options;
  const text = [file === undefined ? "student" : `student:${file}`, gridText(grid)].join(":");
  return {
    kind: "fixed",
    name: "student",
    title: "Student",
    order: 0,
    text,
    spec: { kind: "student", ...(file === undefined ? {} : { file }), grid },
    grid,
    student: network,
    scheme: (field) => studentScheme(field, network),
    withoutFile: () => student(network, span),
    withGrid: (other) => {
      requireOwnGrid({ text, grid }, other, {
        limits: "it knows no other, and nothing within",
        instead: "a solver",
      });
      return student(network, span, options);
    },
  };
}

/**
 * The student in place of a solve of this field, as graph.
 * @param weights default: the stored values as constants.
 * @throws SHAPE_MISMATCH for a field of other states than it was fitted to.
 */
export function studentScheme(
  field: Field,
  network: CorrectionNetwork,
  weights: (name: string, value: Tensor) => Node = (_, value) => constant(value),
): StepScheme {
  const own = networkFor(network, field);
  return repeatedStep({ nfe: 0, gCalls: 1, macs: correctionMacs(own) }, ({ z, s, dt, z0, controls }) => {
    const site = { z, s, epsilon: dt, z0, controls, stages: [], features: {} };
    return { z1: add(z, evaluateCorrection(own, site, weights)), stages: [] };
  });
}

/** Whether a method is a student. */
export const isStudent = (method: Method): method is StudentMethod => "student" in method;
