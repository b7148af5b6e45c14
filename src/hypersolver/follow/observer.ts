import { type Field, uniformMesh } from "../../ode/index.js";
import { stateType, withOpenParameters, withoutErrorControl } from "../../ode/internal.js";
import { type CompileOptions, compile, type NamedTensors, type Program } from "../../runtime/index.js";
import { completeSpec } from "../../spec/index.js";
import { cast, type FloatDType, scalar, type Tensor } from "../../tensor/index.js";
import { castFloats, stackedRows } from "../../tensor/internal.js";
import { baseOf } from "../fit/base-of.js";
import { targetPairs } from "../reference/mesh-pairs.js";
import { compileReference, type Reference, referenceAt, referencePrecision } from "../reference/reference.js";
import type { ResidualRows } from "../reference/residual-rows.js";
import { controlInput, requireFinite, residualGraph } from "../reference/training-data.js";
import type { Samples } from "../states/states.js";
import { type CompleteFollow, type FollowSpec, followInputs, followTable } from "./follow-table.js";

/** What a field did to some states, and what the base method makes of it. */
export interface Observation extends Samples {
  /** Values of the field's parameters. */
  readonly parameters: NamedTensors;
  /** Reference states at the end of the span. */
  readonly end: Tensor;
  /** All that g may see, by the names of `siteInputs`, and the residual: all steps of all samples, one below the other. */
  readonly rows: ResidualRows;
  /** Evaluations of f a sample. */
  readonly nfe: number;
}

/** Solves references of a field whose parameters change. */
export interface Observer {
  /** @throws NON_FINITE, STEP_LIMIT, STEP_UNDERFLOW where the field cannot be solved; INTERRUPTED at the signal. */
  observe(parameters: NamedTensors, samples: Samples, signal?: AbortSignal): Promise<Observation>;
  dispose(): Promise<void>;
}

/**
 * Prepares references over the steps of followed hypersolvers: parameters are given anew every time. One observation serves
 * all followers of the same base, span and steps, whatever they look at.
 */
export async function compileObserver(
  field: Field,
  spec: FollowSpec,
  options: CompileOptions = {},
): Promise<Observer> {
  const { base: named, steps, span, referenceTolerance } = completeSpec(followTable, spec);
  const open = withOpenParameters(field);
  const base = baseOf(named);
  const method = referenceAt(referenceTolerance);
  const precision = referencePrecision(method);
  const reference = await compileReference(open, method, options);
  const graph = residualGraph(
    { field: open, base, correction: { inputs: followInputs, features: [] } },
    precision,
  );
  const residuals = await compile(graph, { hot: true, ...options });
  const { dtype } = stateType(field);
  const mesh = uniformMesh(span, steps);
  const { stages } = withoutErrorControl(base);
  return {
    observe: async (parameters, samples, signal) => {
      const controls = { ...samples.controls, ...parameters };
      const { states, nfe } = await reference.solve(samples.z0, mesh, controls, signal);
      const rows = await residualRows(residuals, { states, controls, precision, dtype, span, steps });
      const end = cast(states.at(-1) as Tensor, dtype);
      return { ...samples, parameters, end, rows, nfe: nfe + stages * steps };
    },
    dispose: async () => {
      await reference.dispose();
      await residuals.dispose();
    },
  };
}

interface SolvedMesh extends Pick<CompleteFollow, "span" | "steps"> {
  readonly states: Awaited<ReturnType<Reference["states"]>>;
  readonly controls: NamedTensors;
  readonly precision: FloatDType;
  readonly dtype: Tensor["dtype"];
}

async function residualRows(
  program: Program,
  { states, controls, precision, dtype, span, steps }: SolvedMesh,
): Promise<ResidualRows> {
  const given = Object.fromEntries(
    Object.entries(controls).map(([name, value]) => [controlInput(name), castFloats(value, precision)]),
  );
  const parts: NamedTensors[] = [];
  for (const [k, pair] of targetPairs(span, steps).entries()) {
    const place = { "/s": scalar(pair.s, precision), "/dt": scalar(pair.end - pair.s, precision) };
    const at = { "/z": states[k] as Tensor, "/z1": states[k + 1] as Tensor, "/z0": states[0] as Tensor };
    const part = await program.run({ ...given, ...place, ...at });
    requireFinite(part, pair);
    parts.push(part);
  }
  return Object.fromEntries(
    Object.keys(parts[0] ?? {}).map((name) => [
      name,
      cast(stackedRows(parts.map((part) => part[name] as Tensor)), dtype),
    ]),
  );
}
