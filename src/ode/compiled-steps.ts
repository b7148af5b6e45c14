import { type Graph, type InputSpec, type NamedNodes, type Node, trace } from "../graph/index.js";
import { type CompileOptions, compile, type NamedTensors, type Program } from "../runtime/index.js";
import { scalar, type Tensor } from "../tensor/index.js";
import { controlSpecs, type Field, stateType } from "./field.js";
import { stepsOf } from "./mesh.js";
import type { StepRule } from "./step-rule.js";

/** The state at the start of the solve. The slash keeps it apart from controls. */
export const STATE_INPUT = "/z0";

function specsOf(field: Field): Record<string, InputSpec> {
  const { shape, dtype } = stateType(field);
  return { [STATE_INPUT]: { shape, dtype }, ...controlSpecs(field) };
}

const controlsOf = (field: Field, inputs: NamedNodes): NamedNodes =>
  Object.fromEntries(field.roles.controls.map((name) => [name, inputs[name] as Node]));

/**
 * A whole fixed-step solve as one graph: input z0 (and controls), one output a wanted mesh point.
 * @param mesh all mesh points, the start first.
 * @param wanted names of outputs by index of their mesh point.
 */
export function unrolledSolve(
  field: Field,
  rule: StepRule,
  mesh: readonly number[],
  wanted: ReadonlyMap<number, string>,
): Graph {
  return trace(specsOf(field), (inputs) => {
    const controls = controlsOf(field, inputs);
    const z0 = inputs[STATE_INPUT] as Node;
    const outputs: Record<string, Node> = {};
    let z = z0;
    const keep = (index: number): void => {
      const name = wanted.get(index);
      if (name !== undefined) outputs[name] = z;
    };
    keep(0);
    stepsOf(mesh).forEach(({ s, dt }, i) => {
      z = rule.step({ s, dt, z, z0, controls });
      keep(i + 1);
    });
    return outputs;
  });
}

/** One step whose place and size are inputs: for solves too long to unroll, and to find where one breaks. */
export interface StepProgram {
  run(
    at: { readonly s: number; readonly dt: number; readonly z: Tensor; readonly z0: Tensor },
    controls: NamedTensors,
  ): Promise<Tensor>;
  dispose(): Promise<void>;
}

export async function compileStep(
  field: Field,
  rule: StepRule,
  options: CompileOptions,
): Promise<StepProgram> {
  const { shape, dtype } = stateType(field);
  const own = { "/z": { shape, dtype }, "/s": { shape: [], dtype }, "/dt": { shape: [], dtype } };
  const specs: Record<string, InputSpec> = { ...specsOf(field), ...own };
  const graph = trace(specs, (inputs) => ({
    z1: rule.step({
      s: inputs["/s"] as Node,
      dt: inputs["/dt"] as Node,
      z: inputs["/z"] as Node,
      z0: inputs[STATE_INPUT] as Node,
      controls: controlsOf(field, inputs),
    }),
  }));
  const program: Program = await compile(graph, options);
  return {
    run: async ({ s, dt, z, z0 }, controls) => {
      const place = { "/s": scalar(s, dtype), "/dt": scalar(dt, dtype), "/z": z };
      const { z1 } = await program.run({ ...controls, ...place, [STATE_INPUT]: z0 });
      return z1 as Tensor;
    },
    dispose: () => program.dispose(),
  };
}
