import type { Field, Span } from "../../ode/index.js";
import { compile, type NamedTensors, type Program } from "../../runtime/index.js";
import { scalar } from "../../tensor/index.js";
import type { FitSettings } from "../fit/fit-settings.js";
import { type ReferenceBatch, stateAt } from "./reference-batches.js";
import { controlInput, requireFinite, residualGraph } from "./training-data.js";

/** What g is given and what it must learn, for one step of every sample of a mini-batch. */
export type ResidualRows = NamedTensors;

/** Turns reference states into residuals. */
export interface ResidualSource {
  /** One entry a pair of the batch: inputs of g by the names of `siteInputs`, and `RESIDUAL`; float32. */
  rows(batch: ReferenceBatch): Promise<ResidualRows[]>;
  dispose(): Promise<void>;
}

/**
 * Evaluates f once at every mesh point of a mini-batch, when the mini-batch comes up. The inputs of g then last for all
 * the iterations on it: with the paper's schedule (a new mini-batch every ten) f costs a tenth of what it would inside the
 * training program, and no more than one mini-batch is ever unfolded.
 */
export async function residualSource(
  field: Field,
  { base, inputs, features, span, compile: options }: FitSettings,
): Promise<ResidualSource> {
  const graph = residualGraph({ field, base, correction: { inputs, features } }, "float32");
  const program = await compile(graph, { hot: true, ...options });
  return {
    rows: async (batch) => {
      const rows: ResidualRows[] = [];
      for (const pair of batch.pairs) rows.push(await rowsOf(program, batch, pair, span));
      return rows;
    },
    dispose: () => program.dispose(),
  };
}

async function rowsOf(
  program: Program,
  batch: ReferenceBatch,
  pair: ReferenceBatch["pairs"][number],
  [t0, t1]: Span,
): Promise<ResidualRows> {
  const { s, end } = pair;
  const controls = Object.fromEntries(
    Object.entries(batch.controls).map(([name, value]) => [controlInput(name), value]),
  );
  const place = { "/s": scalar(s), "/dt": scalar(end - s) };
  // A solve against the span starts at its end.
  const start = stateAt(batch, (end - s) * (t1 - t0) > 0 ? t0 : t1);
  const states = { "/z": stateAt(batch, s), "/z1": stateAt(batch, end), "/z0": start };
  const rows = await program.run({ ...controls, ...place, ...states });
  requireFinite(rows, pair);
  return rows;
}
