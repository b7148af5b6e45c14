import {
  constant,
  type Graph,
  inline,
  type NamedNodes,
  type Node,
  type Operand,
  trace,
} from "../../graph/index.js";
import type { LoopGraph } from "../../graph/internal.js";
import { fromNumbers } from "../../tensor/index.js";
import { symbolicField } from "../field/evaluate-field.js";
import { controlNodes, controlSpecs, type Field, stateType } from "../field/field.js";
import { graphAlgebraWithin } from "../methods/graph-algebra.js";
import { type LinearMethod, linearOn, linearSteps, weightsAt } from "../methods/linear-method.js";
import type { FixedMethod } from "../methods/method.js";
import { isReversible } from "../methods/reversible/method.js";
import { repeatsStep, type StepScheme } from "../methods/scheme.js";
import { stepsOf } from "../problem/mesh.js";
import { carriedStep, named, nextName, pastName, weightName } from "./carried-step.js";
import { STATE_INPUT, stepGraph } from "./compiled-steps.js";

/** What a solve as a program calls the states where it starts and ends. */
interface EndNames {
  readonly z0: string;
  readonly z1: string;
}

/** Steps that differ in numbers alone. */
interface LikeSteps {
  /** What goes round before the first of them. */
  begin(z0: Node, controls: NamedNodes): NamedNodes;
  /** One of them. */
  readonly step: Graph;
  /** Outputs of the step, by what goes round. */
  readonly next: Readonly<Record<string, string>>;
  /** Inputs of the step that are numbers, one a step. */
  readonly numbers: Readonly<Record<string, readonly number[]>>;
}

/**
 * A whole fixed-step solve as a loop over its mesh: from the state at the start and controls to the state at the end, the same
 * as all steps one after another up to rounding.
 * @returns undefined where steps differ in more than numbers: those of reversible methods, of which the last one costs less,
 *   and those of a multistep method before it has something to look back at, if there are no others.
 */
export function loopedSolve(
  field: Field,
  method: FixedMethod,
  mesh: readonly number[],
  { z0, z1 }: EndNames,
): LoopGraph | undefined {
  const steps = likeSteps(field, method, mesh);
  if (steps === undefined) return undefined;
  const { dtype, shape } = stateType(field);
  const given = { [z0]: { dtype, shape }, ...controlSpecs(field) };
  const bounds = { "/low": constant(Math.min(...mesh), dtype), "/high": constant(Math.max(...mesh), dtype) };
  const { [STATE_INPUT]: _, "/low": _low, "/high": _high, ...others } = steps.step.inputs;
  return {
    start: trace(given, (inputs) => steps.begin(inputs[z0] as Node, controlNodes(field, inputs))),
    step: trace({ ...given, ...others }, (inputs: NamedNodes) => {
      const made = inline(steps.step, { ...inputs, ...bounds, [STATE_INPUT]: inputs[z0] as Node });
      return Object.fromEntries(
        Object.entries(steps.next).map(([name, output]) => [name, made[output] as Node]),
      );
    }),
    numbers: Object.fromEntries(
      Object.entries(steps.numbers).map(([name, values]) => [
        name,
        fromNumbers(values, [values.length], dtype),
      ]),
    ),
    outputs: { [z1]: "/z" },
  };
}

function likeSteps(field: Field, method: FixedMethod, mesh: readonly number[]): LikeSteps | undefined {
  if (mesh.length < 2 || isReversible(method)) return undefined;
  const scheme = method.scheme(field);
  if (repeatsStep(scheme)) return repeatedSteps(field, scheme, mesh);
  return method.linear && multistepSteps(field, linearOn(method.linear, field), mesh);
}

function repeatedSteps(field: Field, scheme: StepScheme, mesh: readonly number[]): LikeSteps {
  const steps = stepsOf(mesh);
  return {
    begin: (z0) => ({ "/z": z0 }),
    step: stepGraph(field, scheme),
    next: { "/z": "/z1" },
    numbers: { "/s": steps.map(({ s }) => s), "/dt": steps.map(({ dt }) => dt) },
  };
}

/** The first steps, which build up what later ones look back at, are taken before. */
function multistepSteps(field: Field, method: LinearMethod, mesh: readonly number[]): LikeSteps | undefined {
  const steps = stepsOf(mesh);
  const { memory } = method;
  if (steps.length <= memory) return undefined;
  const later = steps.slice(memory);
  const weights = later.map((_, i) => weightsAt(method, steps, memory + i));
  const column = (j: number): number[] => weights.map((row) => row[j] ?? 0);
  const states = Array.from({ length: memory }, (_, j) => j);
  return {
    begin: (z0, controls) => {
      const algebra = graphAlgebraWithin({ low: Math.min(...mesh), high: Math.max(...mesh) });
      const taken = linearSteps<Node, Operand>(
        method,
        symbolicField(field, { controls }),
        algebra,
        steps,
        z0,
      );
      let [z, past]: [Node, readonly Node[]] = [z0, []];
      for (let i = 0; i < memory; i++) {
        const { value } = taken.next();
        if (value) [z, past] = [value.y1, value.past];
      }
      return { "/z": z, ...named(pastName, past) };
    },
    step: carriedStep(field, method, memory, false),
    next: { "/z": "/z1", ...Object.fromEntries(states.map((j) => [pastName(j), nextName(j)])) },
    numbers: {
      "/s": later.map(({ s }) => s),
      "/dt": later.map(({ dt }) => dt),
      ...named(
        weightName,
        (weights[0] ?? []).map((_, j) => column(j)),
      ),
    },
  };
}
