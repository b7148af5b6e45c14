import { euler, type Field, type FixedMethod, fieldMacs, type Span, uniformMesh } from "../../ode/index.js";
import { repeatsStep } from "../../ode/internal.js";
import type { RunContext } from "../../runtime/index.js";
import { isStopped, machineOf } from "../../runtime/internal.js";
import { fail, isBroken, Random, type Tensor, unlessItBreaks } from "../../tensor/index.js";
import type { FitInputs } from "../fit/fit-settings.js";
import { measureMethod, measuringReference } from "../measure/measure.js";
import { compileReference } from "../reference/reference.js";
import { SOLVING_REFERENCES } from "../reference/reference-data.js";
import type { Samples } from "../states/states.js";
import { hasImageStates } from "../states/subject.js";
import { type StepCost, shortestMesh } from "./shortest-mesh.js";
import { type FineTrajectories, stepCosts } from "./step-costs.js";

/** Where steps are to lie. */
export interface MeshSpec {
  readonly span: Span;
  /** Default 0. */
  readonly seed?: number;
}

/** Chooses where the steps of fixed-step methods lie, for one field, one span and states of one kind. */
export interface MeshPlanner {
  /**
   * The method on the mesh of as many steps that ends closest to the reference, equal steps among those that are tried. Nothing
   * is trained: steps between any two points of reference trajectories are compared, and the best way through them found by
   * dynamic programming.
   * @param method in so many equal steps: `fixed(heun, { steps: 4 })`, a multistep method, a hypersolver.
   * @returns spelled like any method of given points: `heun:0/0.15625/0.40625/0.6875/1`. The method itself, of one step.
   * @throws INVALID_ARGUMENT for a method whose points are given; INTERRUPTED at a stop.
   */
  plan(method: FixedMethod): Promise<FixedMethod>;
}

/** States whose trajectories steps are compared on, and others that choose among the meshes found. */
const STATES = { vectors: { training: 128, validation: 256 }, images: { training: 8, validation: 16 } };
/** Steps of the fine mesh: as many as the arithmetic of all comparisons allows. */
const FINE = [32, 16, 8];
/** Multiply–accumulates for all comparisons of a method of two stages: seconds of one core. */
const ARITHMETIC = { vectors: 1e10, images: 1e11 };
/** How much more the error of a step counts than that of the one before. Which is best depends on how far the flow spreads states. */
const WEIGHTS = [0.4, 0.6, 0.8, 1, 1.15, 1.4, 2];

/**
 * Solves the reference trajectories that meshes are chosen by.
 * @throws INVALID_ARGUMENT for a span of no length; NON_FINITE, STEP_LIMIT or STEP_UNDERFLOW where the reference cannot solve
 *   these states; INTERRUPTED.
 */
export async function meshPlanner(
  field: Field,
  { span, seed = 0 }: MeshSpec,
  { states }: Pick<FitInputs, "states">,
  context: RunContext = {},
): Promise<MeshPlanner> {
  if (span[0] === span[1])
    throw fail("INVALID_ARGUMENT", {
      what: "span",
      expected: "two different numbers",
      received: span.join(", "),
    });
  const subject = hasImageStates(field) ? "images" : "vectors";
  const counts = STATES[subject];
  const random = new Random(seed).fork("meshes");
  const training = await states.training(counts.training, random);
  const validation = await states.validation(counts.validation, random);
  const each = 2 * fieldMacs(field) * counts.training;
  const steps = FINE.find((count) => each * ((count * (count + 1)) / 2) <= ARITHMETIC[subject]);
  const points = uniformMesh(span, steps ?? FINE.at(-1) ?? 1);
  const trajectories = await solved(field, points, training, context);
  const ends = (await solved(field, span, validation, context)).states.at(-1) as Tensor;
  const known = new Map<string, Promise<StepCost>>();
  /** Costs do not depend on how many steps are taken. */
  const costsOf = (method: FixedMethod): Promise<StepCost> => {
    const key = keyOf(field, method);
    const found = known.get(key) ?? stepCosts(field, method, trajectories, context);
    known.set(key, found);
    return found;
  };
  return {
    plan: async (method) => {
      const { grid } = method;
      if (!("steps" in grid))
        throw fail("INVALID_ARGUMENT", {
          what: "method",
          expected: "equal steps, whose number stays",
          received: method.text,
        });
      if (grid.steps === 1) return method;
      const cost = await costsOf(method);
      const meshes = WEIGHTS.flatMap((weight) => {
        const path = shortestMesh(cost, points.length - 1, grid.steps, weight);
        return path === undefined ? [] : [path.map((i) => points[i] ?? 0)];
      });
      const distinct = new Map(meshes.map((mesh) => [mesh.join("/"), mesh]));
      const candidates = [method, ...[...distinct.values()].map((mesh) => method.withGrid({ mesh }))];
      const errors: number[] = [];
      for (const candidate of candidates) {
        stopIfTold(context);
        const measured = await unlessItBreaks(
          measureMethod(field, candidate, span, validation, ends, machineOf(context)),
        );
        errors.push(isBroken(measured) ? Number.POSITIVE_INFINITY : measured.errors.mean);
      }
      return candidates[errors.indexOf(Math.min(...errors))] ?? method;
    },
  };
}

/** What tells the steps of methods apart. */
function keyOf(field: Field, method: FixedMethod): string {
  if (!repeatsStep(method.scheme(field))) return euler.name;
  return method.tableau === undefined ? method.text : method.name;
}

async function solved(
  field: Field,
  points: readonly number[],
  { z0, controls }: Samples,
  context: RunContext,
): Promise<FineTrajectories> {
  const total = z0.shape[0] ?? 0;
  context.onProgress?.({ stage: SOLVING_REFERENCES, done: 0, total });
  const reference = await compileReference(field, measuringReference(field), machineOf(context));
  try {
    const states = await reference.states(z0, points, controls, context.signal);
    stopIfTold(context);
    context.onProgress?.({ stage: SOLVING_REFERENCES, done: total, total });
    return { points, states, controls };
  } finally {
    await reference.dispose();
  }
}

function stopIfTold(context: RunContext): void {
  if (!isStopped(context)) return;
  throw fail("INTERRUPTED", { what: "mesh", received: "a stop before a mesh was chosen" });
}
