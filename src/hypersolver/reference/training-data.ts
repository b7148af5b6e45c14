import { div, type Graph, type InputSpec, type Node, sub, trace } from "../../graph/index.js";
import { type ButcherTableau, fieldAs } from "../../ode/index.js";
import { controlSpecs, graphAlgebra, stateType, withoutErrorControl } from "../../ode/internal.js";
import { compile, type NamedTensors, type Program } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { type FloatDType, fail, type Random, scalar, type Tensor } from "../../tensor/index.js";
import { castFloats, firstNonFinite, shortNumber } from "../../tensor/internal.js";
import { baseStep } from "../correction/base-step.js";
import { type Correction, siteInputs } from "../correction/correction.js";
import { integerPower } from "../correction/hyper-scheme.js";
import type { FitDirection } from "../fit/fit-settings.js";
import { mapSamples, type Samples } from "../states/states.js";
import { type MeshPair, randomPairs, reversed, targetPairs, timesOf } from "./mesh-pairs.js";
import { compileReference, type Reference, referencePrecision } from "./reference.js";
import { forEachChunk, type ReferenceDataOptions } from "./reference-data.js";
import { type RowTable, RowTableBuilder } from "./row-table.js";

/** What residual fitting is to be shown. */
export interface ResidualDataOptions extends ReferenceDataOptions {
  readonly base: ButcherTableau;
  readonly correction: Pick<Correction, "inputs" | "features">;
  /** Sizes of the random steps beside those of the target mesh; undefined: the target mesh alone. */
  readonly epsilon?: readonly [number, number] | undefined;
  /** Also learn every step backwards. Default `forward`. */
  readonly directions?: FitDirection;
}

/** The row of the table that holds what g must learn. */
export const RESIDUAL = "residual";

/**
 * Solves reference trajectories and takes residuals along them:
 * R = (z(s+ε) − z(s) − ε ψ)/ε^(p+1) (Poli et al., 2020, eq. 4), in the reference's precision.
 * @returns rows with the inputs of the correction and the residual, shuffled.
 */
export async function residualData(options: ResidualDataOptions): Promise<RowTable> {
  const { field, reference: method, random, context = {} } = options;
  const machine = machineOf(context);
  const reference = await compileReference(field, method, machine);
  const precision = referencePrecision(method);
  const residuals = await compile(residualGraph(options, precision), { hot: true, ...machine });
  const builder = new RowTableBuilder();
  const shuffle = random.fork("rows");
  const draws = random.fork("mesh");
  try {
    await forEachChunk(options, (chunk) =>
      addChunk(builder, options, chunk, { reference, residuals, draws }),
    );
  } finally {
    await reference.dispose();
    await residuals.dispose();
  }
  return builder.shuffled(shuffle);
}

interface ChunkTools {
  readonly reference: Reference;
  readonly residuals: Program;
  readonly draws: Random;
}

async function addChunk(
  builder: RowTableBuilder,
  { span, steps, epsilon, directions, context, reference: method }: ResidualDataOptions,
  chunk: Samples,
  { reference, residuals, draws }: ChunkTools,
): Promise<void> {
  const forward: readonly MeshPair[] = [
    ...targetPairs(span, steps),
    ...(epsilon === undefined ? [] : randomPairs(span, epsilon, steps, draws)),
  ];
  const pairs = directions === "both" ? [...forward, ...reversed(forward)] : forward;
  const precision = referencePrecision(method);
  const times = timesOf(span, pairs);
  const states = await reference.states(chunk.z0, times, chunk.controls, context?.signal);
  const at = (time: number): Tensor => states[times.indexOf(time)] as Tensor;
  const { controls } = mapSamples(chunk, (value) => castFloats(value, precision));
  const given = Object.fromEntries(
    Object.entries(controls).map(([name, value]) => [controlInput(name), value]),
  );
  for (const pair of pairs) {
    const place = { "/s": scalar(pair.s, precision), "/dt": scalar(pair.end - pair.s, precision) };
    // A solve against the span starts at its end.
    const start = at((pair.end - pair.s) * (span[1] - span[0]) > 0 ? span[0] : span[1]);
    const states = { "/z": at(pair.s), "/z1": at(pair.end), "/z0": start };
    const part = await residuals.run({ ...given, ...place, ...states });
    requireFinite(part, pair);
    builder.add(part);
  }
}

/** The reference may pass where a base step of that size leaves the region in which the field exists. */
export function requireFinite(part: NamedTensors, { s, end }: MeshPair): void {
  const broken = Object.keys(part).find((name) => firstNonFinite(part[name] as Tensor) >= 0);
  if (broken === undefined) return;
  throw fail("NON_FINITE", {
    what: `residual data, ${broken}`,
    received: `NaN or infinity in a step of ${shortNumber(end - s)} from s = ${shortNumber(s)}`,
    help: "take more steps or smaller epsilon: the base leaves the region where the field is defined",
  });
}

/** The slash keeps a control that is called "z" apart from the column of that name. */
export const controlInput = (name: string): string => `/x ${name}`;

/** One base step from a reference state, the inputs of g there, and the residual against the next reference state. */
export function residualGraph(
  { field, base, correction }: Pick<ResidualDataOptions, "field" | "base" | "correction">,
  precision: FloatDType,
): Graph {
  const typed = fieldAs(field, precision);
  const { shape, dtype } = stateType(typed);
  const state: InputSpec = { shape, dtype };
  const number: InputSpec = { shape: [], dtype };
  const specs: Record<string, InputSpec> = {
    ...Object.fromEntries(
      Object.entries(controlSpecs(typed)).map(([name, spec]) => [controlInput(name), spec]),
    ),
    "/z": state,
    "/z1": state,
    "/z0": state,
    "/s": number,
    "/dt": number,
  };
  return trace(specs, (inputs) => {
    const controls = Object.fromEntries(
      field.roles.controls.map((name) => [name, inputs[controlInput(name)] as Node]),
    );
    const [z, z1, z0, s, epsilon] = ["/z", "/z1", "/z0", "/s", "/dt"].map((name) => inputs[name] as Node) as [
      Node,
      Node,
      Node,
      Node,
      Node,
    ];
    const method = withoutErrorControl(base);
    const { stages, features } = baseStep(
      typed,
      method,
      { s, dt: epsilon, z, controls },
      { features: correction.features },
    );
    const increment = graphAlgebra.increment(epsilon, method.b, stages);
    const power = integerPower(epsilon, base.order + 1);
    const residual = div(sub(sub(z1, z), increment), power);
    const site = { z, stages, epsilon, s, z0, controls, features };
    return { ...siteInputs(correction, site), [RESIDUAL]: residual };
  });
}
