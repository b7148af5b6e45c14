import { compile } from "../../runtime/index.js";
import { cast, fail, type Tensor } from "../../tensor/index.js";
import { firstNonFinite, shortNumber } from "../../tensor/internal.js";
import type { Field } from "../field/field.js";
import type { FixedMethod } from "../methods/method.js";
import { type MethodCost, repeatsStep, type Scheme } from "../methods/scheme.js";
import type { PlannedMesh } from "../problem/grid.js";
import { interruption } from "../problem/interruption.js";
import { type Solution, SolutionRecorder } from "../problem/solution.js";
import { prepared, runtimeOptions } from "./compiled-options.js";
import type { CompiledSolve, CompiledSolveOptions, FieldSolution } from "./compiled-solve.js";
import { rowsOf, STATE_INPUT, unrolledSolve } from "./compiled-steps.js";
import { isLong } from "./program-length.js";
import { carriedWalk, repeatedWalk, type Walk } from "./walk.js";

/**
 * A solve in fixed steps: one program where it is short or its method knows no single step, else one of a step. `onStep`
 * asks for single steps; a signal does not.
 * @throws INVALID_ARGUMENT for `onStep` where there is no single step.
 */
export async function compileFixed(
  field: Field,
  method: FixedMethod,
  place: PlannedMesh,
  options: CompiledSolveOptions,
): Promise<CompiledSolve> {
  const scheme = method.scheme(field);
  const { onStep } = options;
  const walk = walkOf(field, method, scheme, place.mesh, options);
  const { nfe } = scheme.cost(place.mesh.length - 1);
  if (!isLong(field, nfe) && onStep === undefined)
    return compileUnrolled(field, scheme, walk, place, options);
  if (walk !== undefined) return compileLooped(field, scheme, await walk(), place, options);
  if (onStep === undefined) return compileUnrolled(field, scheme, walk, place, options);
  throw fail("INVALID_ARGUMENT", {
    what: "onStep",
    expected: "a method that can be taken step by step",
    received: method.text,
  });
}

/** How to take single steps of a method; undefined for one that knows the whole solve only. */
function walkOf(
  field: Field,
  { linear }: FixedMethod,
  scheme: Scheme,
  mesh: readonly number[],
  options: CompiledSolveOptions,
): (() => Promise<Walk>) | undefined {
  const compileOptions = { hot: true, ...runtimeOptions(options) };
  if (repeatsStep(scheme)) return () => repeatedWalk(field, scheme, mesh, compileOptions);
  return linear && (() => carriedWalk(field, linear, mesh, compileOptions));
}

/** The state at the i-th requested time. The slash keeps it apart from controls. */
const outputName = (i: number): string => `/at${i}`;

async function compileUnrolled(
  field: Field,
  scheme: Scheme,
  walk: (() => Promise<Walk>) | undefined,
  place: PlannedMesh,
  options: CompiledSolveOptions,
): Promise<CompiledSolve> {
  const { mesh, times } = place;
  const steps = mesh.length - 1;
  const names = new Map(times.map((time, i) => [mesh.indexOf(time), outputName(i)]));
  const graph = unrolledSolve(field, scheme, mesh, names);
  const program = await compile(graph, { hot: true, ...runtimeOptions(options) }, rowsOf(graph));
  let diagnosis: Promise<CompiledSolve> | undefined;
  const run: CompiledSolve["run"] = async (z0, controls = {}) => {
    const start = prepared(field, z0);
    const recorder = new SolutionRecorder(times, start);
    const bad = firstNonFinite(start);
    if (bad >= 0) return withCosts(recorder.nonFinite("In the initial state", bad), scheme.cost(0));
    const isInterrupted = interruption(options.signal);
    if (await isInterrupted()) return withCosts(recorder.interrupted(), scheme.cost(0));
    const outputs = await program.run({ ...controls, [STATE_INPUT]: start });
    // A span of zero length has one mesh point, hence one output for two times.
    const states = times.map((_, i) => cast(outputs[outputName(i)] ?? start, start.dtype));
    const cost = scheme.cost(steps);
    recorder.nfe = cost.nfe;
    const broken = states.findIndex((state) => firstNonFinite(state) >= 0);
    if (broken >= 0 && walk !== undefined) {
      // Step by step, to tell where it breaks.
      diagnosis ??= walk().then((steps) => compileLooped(field, scheme, steps, place, options));
      return (await diagnosis).run(z0, controls);
    }
    const good = broken >= 0 ? states.slice(0, broken) : states;
    recorder.acceptedSteps = broken >= 0 ? mesh.indexOf(times[broken - 1] ?? 0) : steps;
    recorder.lastGood = { s: times[good.length - 1] ?? 0, y: good.at(-1) ?? start };
    for (const state of good.slice(1)) recorder.save(state);
    if (broken >= 0) {
      const element = firstNonFinite(states[broken] ?? start);
      return withCosts(
        recorder.nonFinite(`Before s = ${shortNumber(times[broken] ?? Number.NaN)}`, element),
        cost,
      );
    }
    // Looking for the signal may take a moment that is not the solve's.
    const solution = recorder.succeed();
    return withCosts((await isInterrupted()) ? recorder.interrupted() : solution, cost);
  };
  return {
    run,
    dispose: async () => {
      await program.dispose();
      await (await diagnosis)?.dispose();
    },
  };
}

function compileLooped(
  field: Field,
  scheme: Scheme,
  walk: Walk,
  { mesh, times }: PlannedMesh,
  options: CompiledSolveOptions,
): CompiledSolve {
  const run: CompiledSolve["run"] = async (z0, controls = {}) => {
    const start = prepared(field, z0);
    const recorder = new SolutionRecorder(times, start);
    const ended = (solution: Solution<Tensor>, steps: number): FieldSolution =>
      withCosts(solution, scheme.cost(steps));
    const badStart = firstNonFinite(start);
    if (badStart >= 0) return ended(recorder.nonFinite("In the initial state", badStart), 0);
    const isInterrupted = interruption(options.signal);
    const step = walk.begin(start, controls);
    let z = start;
    for (const [i, s1] of mesh.slice(1).entries()) {
      if (await isInterrupted()) return ended(recorder.interrupted(), i);
      const s = mesh[i] ?? s1;
      z = await step(i, z);
      recorder.nfe = scheme.cost(i + 1).nfe;
      const bad = firstNonFinite(z);
      if (bad >= 0) return ended(recorder.nonFinite(`After the step from s = ${shortNumber(s)}`, bad), i + 1);
      recorder.accept(s1, z);
      if (s1 === recorder.nextTime) recorder.save(z);
      options.onStep?.({ s, dt: s1 - s, accepted: true, errorRatio: undefined, y: z });
    }
    if (recorder.nextTime !== undefined) recorder.save(start);
    return ended(recorder.succeed(), mesh.length - 1);
  };
  return { run, dispose: () => walk.dispose() };
}

function withCosts(solution: Solution<Tensor>, { gCalls, macs }: MethodCost): FieldSolution {
  return { ...solution, statistics: { ...solution.statistics, gCalls, macs } };
}
