import { gradient, type InputSpec, type NamedNodes, type Node, trace, vjp } from "../../graph/index.js";
import { compileGradient, type GradientOptions } from "../../ode/index.js";
import { plus, stateType } from "../../ode/internal.js";
import { type CompileOptions, compile, type NamedTensors } from "../../runtime/index.js";
import { cast, isBroken, type Tensor, unlessItBreaks } from "../../tensor/index.js";
import type { SolvedTask } from "./solved-task.js";
import {
  among,
  compileStart,
  controlsAmong,
  type GradientSource,
  gradientOutputs,
  lossOutputs,
  readGradients,
  readLoss,
  typesOf,
} from "./task-gradient.js";

const COTANGENT = "/cotangent";
const PULLED_BACK = "/pulled back";
const END = "/end";

/**
 * A task through a solve of its own, whose steps may be chosen by tolerances: start, solve, loss, the way back over the
 * solve and over the start, each a program.
 */
export async function compileSolvedTask(
  task: SolvedTask,
  solver: Pick<GradientOptions, "method" | "adjoint" | "signal">,
  options: CompileOptions,
): Promise<GradientSource> {
  const runtime = { hot: true, ...options };
  const { dtype } = stateType(task.field);
  const solve = await compileGradient(task.field, { ...runtime, ...solver, span: task.span });
  const { pullBack, loss } = graphsOf(task);
  const programs = {
    start: await compileStart(task, runtime),
    loss: await compile(loss, runtime),
    pullBack: pullBack && (await compile(pullBack, runtime)),
  };
  return {
    run: async (batch, parameters) => {
      const given = { ...batch, ...among(parameters, task.parameters ?? {}) };
      const z0 = await programs.start.run(batch, parameters);
      let seen: NamedTensors = {};
      const cotangent = async (states: readonly Tensor[]): Promise<Tensor> => {
        seen = await programs.loss.run({ ...given, [END]: cast(states.at(-1) as Tensor, dtype) });
        return cast(seen[PULLED_BACK] as Tensor, dtype);
      };
      const inputs = {
        controls: controlsAmong(task, batch),
        parameters: among(parameters, task.field.parameters),
      };
      const result = await unlessItBreaks(solve.run(z0, cotangent, inputs));
      if (isBroken(result)) return result;
      const { gradients, ...report } = readLoss(seen, task);
      const back = await programs.pullBack?.run({ ...given, [COTANGENT]: cast(result.z0, dtype) });
      const ofStart = back === undefined ? {} : readGradients(back, task);
      return {
        ...report,
        gradients: { ...result.parameters, ...sums(gradients, ofStart) },
        nfe: result.solution.statistics.nfe,
        backwardNfe: result.backward.nfe,
      };
    },
    dispose: async () => {
      await solve.dispose();
      for (const program of Object.values(programs)) await program?.dispose();
    },
  };
}

/** What comes behind the solve, and what goes back over the start. */
function graphsOf(task: SolvedTask) {
  const others = task.parameters ?? {};
  const names = Object.keys(others);
  const state = stateType(task.field);
  const specs: Record<string, InputSpec> = { ...task.batch, ...typesOf(others) };
  const parts = (nodes: NamedNodes) => [among(nodes, task.batch), among(nodes, others)] as const;
  const wanted = (nodes: NamedNodes): Node[] => names.map((name) => nodes[name] as Node);
  return {
    pullBack:
      names.length === 0
        ? undefined
        : trace({ ...specs, [COTANGENT]: state }, (nodes: NamedNodes) => {
            const z0 = task.start(...parts(nodes));
            return gradientOutputs(names, vjp([z0], [nodes[COTANGENT] as Node], wanted(nodes)));
          }),
    loss: trace({ ...specs, [END]: state }, (nodes: NamedNodes) => {
      const end = nodes[END] as Node;
      const result = task.loss(end, ...parts(nodes));
      const [cotangent, ...gradients] = gradient(result.loss, [end, ...wanted(nodes)]);
      return { ...lossOutputs(result, names, gradients), [PULLED_BACK]: cotangent as Node };
    }),
  };
}

/** Gradients that come from both ends of the solve, added. */
function sums(a: NamedTensors, b: NamedTensors): NamedTensors {
  return Object.fromEntries(Object.entries(a).map(([name, value]) => [name, plus(value, b[name])]));
}
