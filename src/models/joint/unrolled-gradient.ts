import {
  type Graph,
  gradient,
  type InputSpec,
  type NamedNodes,
  type Node,
  trace,
} from "../../graph/index.js";
import { type Correction, hyper } from "../../hypersolver/index.js";
import { openHyperEnd } from "../../hypersolver/internal.js";
import type { FixedMethod } from "../../ode/index.js";
import { planMesh, stepsOf, withOpenParameters } from "../../ode/internal.js";
import { type CompileOptions, compile } from "../../runtime/index.js";
import { prefixed, withPrefix } from "../../tensor/internal.js";
import { type SolvedTask, taskParameters } from "./solved-task.js";
import {
  among,
  controlsAmong,
  type GradientSource,
  lossOutputs,
  readLoss,
  typesOf,
} from "./task-gradient.js";

/** Keeps weights of g apart from everything else. */
const WEIGHT = "/g/";

/** A fixed-step method as a task takes it: where it ends, and what it costs. */
interface UnrolledSolver {
  /** Weights that it wants as inputs. */
  readonly weights: Readonly<Record<string, InputSpec>>;
  end(z0: Node, controls: NamedNodes, weights: NamedNodes): Node;
  readonly nfe: number;
}

/** A task solved in fixed steps: start, steps, loss and the way back over them in one program. */
export function compileFixedTask(
  task: SolvedTask,
  method: FixedMethod,
  options: CompileOptions,
): Promise<GradientSource> {
  const scheme = method.scheme(withOpenParameters(task.field));
  const steps = stepsOf(planMesh(method.grid, { span: task.span }).mesh);
  return compileUnrolled(
    task,
    {
      weights: {},
      end: (z0, controls) => scheme.solve({ steps, z0, controls }).at(-1)?.z1 ?? z0,
      nfe: scheme.cost(steps.length).nfe,
    },
    options,
  );
}

/** The same with a correction, whose weights are given with every mini-batch. */
export function compileHyperTask(
  task: SolvedTask,
  correction: Correction,
  steps: number,
  options: CompileOptions,
): Promise<GradientSource> {
  const open = withOpenParameters(task.field);
  return compileUnrolled(
    task,
    {
      weights: typesOf(correction.parameters),
      end: (z0, controls, weights) =>
        openHyperEnd(open, correction, { span: task.span, steps }, { z0, controls, weights }),
      nfe: hyper(correction, { steps }).scheme(open).cost(steps).nfe,
    },
    options,
  );
}

async function compileUnrolled(
  task: SolvedTask,
  solver: UnrolledSolver,
  options: CompileOptions,
): Promise<GradientSource> {
  const program = await compile(unrolledGraph(task, solver), { hot: true, ...options });
  return {
    run: async (batch, parameters, weights) => {
      const own = among(weights, solver.weights);
      const outputs = await program.run({ ...batch, ...parameters, ...prefixed(own, WEIGHT) });
      return { ...readLoss(outputs, task), nfe: solver.nfe, backwardNfe: solver.nfe };
    },
    dispose: () => program.dispose(),
  };
}

function unrolledGraph(task: SolvedTask, solver: UnrolledSolver): Graph {
  const all = taskParameters(task);
  const specs: Record<string, InputSpec> = {
    ...task.batch,
    ...typesOf(all),
    ...prefixed(solver.weights, WEIGHT),
  };
  const names = Object.keys(all);
  return trace(specs, (nodes: NamedNodes) => {
    const [batch, others] = [among(nodes, task.batch), among(nodes, task.parameters ?? {})];
    const controls = { ...among(nodes, task.field.parameters), ...controlsAmong(task, nodes) };
    const end = solver.end(task.start(batch, others), controls, withPrefix(nodes, WEIGHT));
    const result = task.loss(end, batch, others);
    const gradients = gradient(
      result.loss,
      names.map((name) => nodes[name] as Node),
    );
    return lossOutputs(result, names, gradients);
  });
}
