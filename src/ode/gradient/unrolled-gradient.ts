import { type Graph, type InputSpec, type Node, trace, vjp } from "../../graph/index.js";
import { compile, type NamedTensors } from "../../runtime/index.js";
import { cast, fail, isFloat, type Tensor, zeros } from "../../tensor/index.js";
import { runtimeOptions } from "../compiled/compiled-options.js";
import { STATE_INPUT } from "../compiled/compiled-steps.js";
import { compileFixed } from "../compiled/fixed-solve.js";
import { UNROLL_LIMIT } from "../compiled/program-length.js";
import { controlNodes, controlSpecs, type Field, stateType } from "../field/field.js";
import { graphAlgebraWithin } from "../methods/graph-algebra.js";
import type { FixedMethod } from "../methods/method.js";
import type { Scheme } from "../methods/scheme.js";
import { type PlannedMesh, planMesh } from "../problem/grid.js";
import { stepsOf } from "../problem/mesh.js";
import type { DifferentiableSolve } from "./differentiable-solve.js";
import type { GradientOptions } from "./gradient-options.js";

/**
 * A solve whose method repeats no step, with its exact reverse as one program of the whole: solved once more, and back.
 * @param field with open parameters.
 * @throws INVALID_ARGUMENT for more evaluations than one program holds.
 */
export async function compileUnrolledGradient(
  field: Field,
  method: FixedMethod,
  options: GradientOptions,
): Promise<DifferentiableSolve> {
  const place = planMesh(method.grid, options);
  const scheme = method.scheme(field);
  const steps = place.mesh.length - 1;
  const { nfe } = scheme.cost(steps);
  if (nfe > UNROLL_LIMIT)
    throw fail("INVALID_ARGUMENT", {
      what: "method",
      expected: `at most ${UNROLL_LIMIT} evaluations where a method repeats no step: its gradient is one program`,
      received: `${method.text}, which makes ${nfe}`,
      help: "take a Runge–Kutta method, whose gradient goes back step by step",
    });
  const forward = await compileFixed(field, method, place, options);
  const wanted = [STATE_INPUT, ...floatControls(field)];
  const graph = reverseGraph(field, scheme, place, wanted);
  const program = await compile(graph, { hot: true, ...runtimeOptions(options) });
  return {
    run: async (start, controls) => {
      const solution = await forward.run(start, controls);
      const pullBack = async (cotangents: readonly (Tensor | undefined)[]) => {
        const startedAt = performance.now();
        const feeds = place.times.map((_, i): [string, Tensor] => [
          cotangentName(i),
          cotangents[i] ?? zeros(start.shape, start.dtype),
        ]);
        const outputs = await program.run({
          ...controls,
          ...Object.fromEntries(feeds),
          [STATE_INPUT]: start,
        });
        const sums: NamedTensors = Object.fromEntries(
          wanted.map((name) => {
            const { dtype } = name === STATE_INPUT ? start : (controls[name] ?? start);
            return [name, cast(outputs[gradientName(name)] as Tensor, dtype)];
          }),
        );
        const { [STATE_INPUT]: z0 = start, ...others } = sums;
        const milliseconds = performance.now() - startedAt;
        return {
          z0,
          sums: others,
          statistics: { nfe, acceptedSteps: steps, rejectedSteps: 0, milliseconds },
        };
      };
      return { solution, pullBack };
    },
    dispose: async () => {
      await forward.dispose();
      await program.dispose();
    },
  };
}

const cotangentName = (i: number): string => `/cotangent ${i}`;
const gradientName = (of: string): string => `/gradient of ${of}`;

const floatControls = ({ roles, graph }: Field): string[] =>
  roles.controls.filter((name) => isFloat(graph.inputs[name]?.dtype ?? "bool"));

/** From state, controls and a cotangent for every requested time to the gradients. */
function reverseGraph(
  field: Field,
  scheme: Scheme,
  { mesh, times }: PlannedMesh,
  wanted: readonly string[],
): Graph {
  const specs: Record<string, InputSpec> = { [STATE_INPUT]: stateType(field), ...controlSpecs(field) };
  for (const i of times.keys()) specs[cotangentName(i)] = stateType(field);
  const algebra = graphAlgebraWithin({ low: Math.min(...mesh), high: Math.max(...mesh) });
  return trace(specs, (inputs) => {
    const z0 = inputs[STATE_INPUT] as Node;
    const controls = controlNodes(field, inputs);
    const records = scheme.solve({ steps: stepsOf(mesh), z0, controls, algebra });
    const states = times.map((time) => records[mesh.indexOf(time) - 1]?.z1 ?? z0);
    const cotangents = times.map((_, i) => inputs[cotangentName(i)] as Node);
    const sources = wanted.map((name) => inputs[name] as Node);
    const gradients = vjp(states, cotangents, sources);
    return Object.fromEntries(wanted.map((name, i) => [gradientName(name), gradients[i] as Node]));
  });
}
