import {
  type InputSpec,
  less,
  mul,
  type NamedNodes,
  type Node,
  norm,
  sub,
  trace,
  where,
} from "../../graph/index.js";
import { topological } from "../../graph/internal.js";
import { parameterInputs } from "../../nn/index.js";
import { type Field, fixed, rk4 } from "../../ode/index.js";
import {
  acceptsDepthPerSample,
  controlSpecs,
  evaluateField,
  type StepScheme,
  stateType,
} from "../../ode/internal.js";
import { type CompileOptions, compile, type NamedTensors } from "../../runtime/index.js";
import { fail, formatShape, type Tensor } from "../../tensor/index.js";
import { correctionMacs } from "../correction/correction.js";
import { hyperScheme } from "../correction/hyper-scheme.js";
import { judged, observation, policyNetwork, type StepPolicy } from "./step-policy.js";

/** Where the solves of a batch stand, each at a depth of its own. */
export interface Standing {
  /** [n, d] */
  readonly z: Tensor;
  /** [n, 1] */
  readonly s: Tensor;
  readonly controls: NamedTensors;
}

/** The two things that happen in turn: an agent looks, and the solver moves. */
export interface StepWorld {
  /**
   * @param left share of the span that is still to be covered, [n, 1].
   * @returns what is seen [n, o], logits [n, actions] and value [n, 1].
   */
  look(
    at: Standing,
    left: Tensor,
    parameters: NamedTensors,
  ): Promise<Record<"seen" | "logits" | "value", Tensor>>;
  /**
   * One step of every solve.
   * @param dt [n, 1]; 0 stays.
   * @param corrected 1 where g is added, [n, 1].
   * @returns the states, and how far each is from the solution through where the step began, [n, 1]; the latter only
   *   where `compileWorld` was asked for it.
   */
  move(
    at: Standing,
    dt: Tensor,
    corrected: Tensor,
  ): Promise<{ readonly z1: Tensor; readonly error: Tensor | undefined }>;
  dispose(): Promise<void>;
}

/** Steps of RK4 that a step is compared with: finer by 8 in size, so that their error is no part of the reward. */
const FINE = 8;

/**
 * Compiles what an agent lives in.
 * @param largestError moves tell the error of the step, by 8 steps of RK4. A step that is further off than this, or breaks,
 *   counts as this far off, and the solve goes on from where it should be. Undefined: moves tell no errors.
 * @throws SHAPE_MISMATCH for states that are no vectors; UNSUPPORTED_FIELD where samples cannot be at different depths.
 */
export async function compileWorld(
  given: Field,
  policy: StepPolicy,
  largestError: number | undefined,
  options: CompileOptions = {},
): Promise<StepWorld> {
  const field = requireSteerable(given);
  const look = await compile(lookGraph(field, policy), { hot: true, ...options });
  const move = await compile(moveGraph(field, policy, largestError), { hot: true, ...options });
  return {
    look: async ({ z, s, controls }, left, parameters) => {
      const feeds = Object.entries(parameters).map(([name, value]) => [weightName(name), value]);
      const { seen, logits, value } = await look.run({
        ...namedControls(controls),
        ...{ "/z": z, "/s": s, "/left": left },
        ...Object.fromEntries(feeds),
      });
      return { seen: seen as Tensor, logits: logits as Tensor, value: value as Tensor };
    },
    move: async ({ z, s, controls }, dt, corrected) => {
      const feeds = { "/z": z, "/s": s, "/dt": dt, "/corrected": corrected };
      const { z1, error } = await move.run({ ...namedControls(controls), ...feeds });
      return { z1: z1 as Tensor, error };
    },
    dispose: async () => {
      await look.dispose();
      await move.dispose();
    },
  };
}

/** What one step costs, in evaluations of f. */
export const costOfStep = (
  { base, correctionCost }: Pick<StepPolicy, "base" | "correctionCost">,
  corrected: boolean,
): number => base.stages + (corrected ? correctionCost : 0);

/** What an evaluation of g costs in evaluations of f, by multiply–accumulates. */
export const macsOver = (correction: Parameters<typeof correctionMacs>[0], fieldMacs: number): number =>
  correctionMacs(correction) / Math.max(1, fieldMacs);

const weightName = (name: string): string => `policy ${name}`;
const controlName = (name: string): string => `/x ${name}`;
/** Values of controls by the names of programs over steps. */
export const namedControls = (controls: NamedTensors): NamedTensors =>
  Object.fromEntries(Object.entries(controls).map(([name, value]) => [controlName(name), value]));

/** Inputs of a program over steps: the state, controls, and columns of numbers. */
export function specsOf(field: Field, columns: readonly string[]): Record<string, InputSpec> {
  const { shape, dtype } = stateType(field);
  const controls = Object.entries(controlSpecs(field)).map(
    ([name, spec]) => [controlName(name), spec] as const,
  );
  return {
    ...Object.fromEntries(controls),
    "/z": { shape, dtype },
    ...Object.fromEntries(columns.map((name) => [name, { shape: ["batch", 1], dtype }])),
  };
}

/** The controls among them, by their own names. */
export const controlsOf = (field: Field, inputs: NamedNodes): NamedNodes =>
  Object.fromEntries(field.roles.controls.map((name) => [name, inputs[controlName(name)] as Node]));

function lookGraph(field: Field, policy: StepPolicy) {
  const network = policyNetwork(policy);
  const weights = Object.entries(parameterInputs(network)).map(
    ([name, spec]) => [weightName(name), spec] as const,
  );
  return trace(
    { ...specsOf(field, ["/s", "/left"]), ...Object.fromEntries(weights) },
    (inputs: NamedNodes) => {
      const controls = controlsOf(field, inputs);
      const z = inputs["/z"] as Node;
      const k0 = evaluateField(field, inputs["/s"] as Node, z, { controls }).dz;
      const seen = observation({ z, k0, left: inputs["/left"] as Node, controls });
      const parameters = Object.fromEntries(
        Object.keys(network.parameters).map((name) => [name, inputs[weightName(name)] as Node]),
      );
      return { seen, ...judged(policy, parameters, seen) };
    },
  );
}

function moveGraph(field: Field, { base, correction }: StepPolicy, largestError: number | undefined) {
  const columns = ["/s", "/dt", "/corrected"];
  return trace(specsOf(field, columns), (inputs: NamedNodes) => {
    const controls = controlsOf(field, inputs);
    const [z, s, dt, corrected] = ["/z", ...columns].map((name) => inputs[name] as Node) as [
      Node,
      Node,
      Node,
      Node,
    ];
    const site = { s, dt, z, z0: z, controls };
    const z1 =
      correction === undefined
        ? stepOf(field, base).step(site).z1
        : partlyCorrected(hyperScheme(field, correction), site, corrected);
    if (largestError === undefined) return { z1 };
    const exact = fineStep(stepOf(field, rk4), site);
    const error = norm(sub(z1, exact), -1, true);
    // Of NaN nothing is less.
    const isSane = less(error, largestError);
    return { z1: where(isSane, z1, exact), error: where(isSane, error, largestError) };
  });
}

const stepOf = (field: Field, base: StepPolicy["base"]): StepScheme =>
  fixed(base, { steps: 1 }).scheme(field) as StepScheme;

type Site = Parameters<StepScheme["step"]>[0];

function partlyCorrected(scheme: StepScheme, site: Site, corrected: Node): Node {
  const { z1, correction } = scheme.step(site);
  return sub(z1, mul(sub(1, corrected), correction as Node));
}

function fineStep({ step }: StepScheme, site: Site): Node {
  const dt = mul(site.dt as Node, 1 / FINE);
  let [z, s] = [site.z, site.s as Node];
  for (let i = 0; i < FINE; i++) {
    z = step({ ...site, s, dt, z }).z1;
    s = sub(s, mul(dt, -1));
  }
  return z;
}

/** The field as one in which every sample has a depth of its own. */
export function requireSteerable(field: Field): Field {
  const { shape } = stateType(field);
  if (shape.length !== 2)
    throw fail("SHAPE_MISMATCH", {
      what: "step policy: states",
      expected: "vectors [batch, n]",
      received: formatShape(shape),
    });
  if (acceptsDepthPerSample(field)) return field;
  const { graph, roles } = field;
  const depth = graph.inputs[roles.depth ?? ""];
  const reached = topological([graph.outputs[roles.output] as Node]);
  if (depth === undefined || !reached.includes(depth)) return withoutDepth(field);
  throw fail("UNSUPPORTED_FIELD", {
    what: "step policy",
    expected: "a field that takes a depth for every sample, [batch, 1], or none",
    received: `one s for the whole batch, ${formatShape(depth.shape)}`,
    help: "steps are chosen sample by sample: declare s as [batch, 1]",
  });
}

/** A field that declares a depth and does not read it, without it. */
function withoutDepth({ graph, roles, ...field }: Field): Field {
  const inputs = Object.fromEntries(Object.entries(graph.inputs).filter(([name]) => name !== roles.depth));
  return { ...field, graph: { ...graph, inputs }, roles: { ...roles, depth: undefined } };
}
