import { add, type InputSpec, type Node, trace, vjp } from "../graph/index.js";
import { type CompileOptions, compile, type NamedTensors } from "../runtime/index.js";
import { cast, isFloat, type Tensor, zeros } from "../tensor/index.js";
import { controlsOf, STATE_INPUT, type StepPlace, stepFeeds, stepSite, stepSpecs } from "./compiled-steps.js";
import { type Field, stateType } from "./field.js";
import type { StepRule } from "./step-rule.js";

/** A cotangent on its way back through a solve. */
export interface Pullback {
  /** Cotangent of the state, [batch, …]. */
  readonly z: Tensor;
  /** What has been collected for the initial state (which a rule may see) and for every float control, by name. */
  readonly sums: NamedTensors;
}

/** The vector–Jacobian product of one step, as a program: one run takes a cotangent from s + dt back to s. */
export interface StepVjp {
  /** Nothing collected yet. */
  start(z1: Tensor, controls: NamedTensors): Pullback;
  run(
    at: StepPlace & { readonly z: Tensor; readonly z0: Tensor },
    cotangent: Pullback,
    controls: NamedTensors,
  ): Promise<Pullback>;
  dispose(): Promise<void>;
}

/** Names of inputs and outputs of the program. */
const names = {
  cotangent: "/cotangent",
  pulledBack: "/pulled back",
  sum: (of: string): string => `/sum of ${of}`,
  total: (of: string): string => `/total of ${of}`,
};

/**
 * Compiles z1 = rule.step(z) together with its reverse: the step is replayed, nothing of the forward solve but its state
 * is needed. dt and s count as constants. Sums over steps are kept inside the program: totals of one run are fed to the
 * next.
 */
export async function compileStepVjp(
  field: Field,
  rule: StepRule,
  options: CompileOptions,
): Promise<StepVjp> {
  const { dtype, shape } = stateType(field);
  const { inputs: types } = field.graph;
  const wanted = field.roles.controls.filter((name) => isFloat(types[name]?.dtype ?? "float32"));
  const summed: Record<string, InputSpec> = { [STATE_INPUT]: { shape, dtype } };
  for (const name of wanted) summed[name] = types[name] ?? { shape: [] };
  const extra = Object.entries(summed).map(([name, { shape: own, dtype: type = dtype }]) => [
    names.sum(name),
    { shape: own, dtype: type },
  ]);
  const specs = { ...stepSpecs(field), ...Object.fromEntries(extra), [names.cotangent]: { shape, dtype } };
  const graph = trace<string>(specs, (inputs) => {
    const site = stepSite(field, inputs);
    const controls = controlsOf(field, inputs);
    const sources = [site.z, site.z0, ...wanted.map((name) => controls[name] as Node)];
    const [z, ...gradients] = vjp([rule.step(site)], [inputs[names.cotangent] as Node], sources);
    const totals = Object.keys(summed).map((name, i) => [
      names.total(name),
      add(inputs[names.sum(name)] as Node, gradients[i] as Node),
    ]);
    return { [names.pulledBack]: z as Node, ...Object.fromEntries(totals) };
  });
  const program = await compile(graph, { hot: true, ...options });
  const renamed = (values: NamedTensors, from: (of: string) => string, to: (of: string) => string) =>
    Object.fromEntries(
      Object.keys(summed).map((name) => [to(name), cast(values[from(name)] as Tensor, dtype)]),
    );
  const itself = (name: string): string => name;
  return {
    start: (z, controls) => ({
      z,
      sums: Object.fromEntries(
        Object.keys(summed).map((name) => [name, zeros((controls[name] ?? z).shape, dtype)]),
      ),
    }),
    run: async ({ z, z0, ...place }, cotangent, controls) => {
      const outputs = await program.run({
        ...controls,
        ...stepFeeds(place, dtype),
        "/z": z,
        [STATE_INPUT]: z0,
        [names.cotangent]: cotangent.z,
        ...renamed(cotangent.sums, itself, names.sum),
      });
      const pulledBack = outputs[names.pulledBack] as Tensor;
      return { z: cast(pulledBack, dtype), sums: renamed(outputs, names.total, itself) };
    },
    dispose: () => program.dispose(),
  };
}
