import { type Correction, hyper, stateErrors } from "../../hypersolver/index.js";
import { type Mean, meanAndStandardError } from "../../metrics/index.js";
import { compileFlowDensity, type Flow } from "../../models/index.js";
import { FLOW_TOLERANCES, type LogDensities } from "../../models/internal.js";
import { adaptive, type ButcherTableau, dopri5, fixed } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { isBroken, type Tensor, unlessItBreaks } from "../../tensor/index.js";
import { type Competitor, labelsOf } from "../kit/competitor.js";
import { competitorsOf } from "../kit/competitors.js";
import { compiledContestant } from "../kit/compiled-contestant.js";
import { type BrokenRow, type Contestant, contest, type Entry, type Measure } from "../kit/contest.js";

/** How well a method evaluates densities. */
export interface DensityQuality {
  readonly method: string;
  readonly nfe: number;
  readonly milliseconds: number;
  /** Negative log-likelihood in nats, units of the data. */
  readonly nll: Mean;
  /** Mean |log p − reference|, in nats; absent, as the next, where the reference broke. */
  readonly logDensityError: number | undefined;
  /** Mean Euclidean distance, at the base, to the reference. */
  readonly endpointError: number | undefined;
}

export interface DensityQualityRequest {
  readonly flow: Flow;
  /** Held-out data, [n, d]. */
  readonly data: Tensor;
  readonly methods: readonly Competitor[];
}

/** Bases alone and corrections, each in one step. */
export function densityMethods(
  bases: readonly ButcherTableau[],
  corrections: Readonly<Record<string, Correction | undefined>>,
): Competitor[] {
  const corrected = Object.entries(corrections).flatMap(([title, correction]): Competitor[] =>
    correction === undefined ? [] : [{ title, role: "hypersolver", method: hyper(correction, { steps: 1 }) }],
  );
  return [...competitorsOf(bases.map((base) => fixed(base, { steps: 1 }))), ...corrected];
}

/** What errors are measured against: as far as float32 reaches. */
const REFERENCE = adaptive(dopri5, { rtol: 1e-6, atol: 1e-6 });

type DensityContestant = Contestant<Tensor, LogDensities>;

/** Evaluates the same data by every method, dopri5 at the default tolerance first. @throws INTERRUPTED at a signal. */
export async function densityQuality(
  { flow, data, methods }: DensityQualityRequest,
  context: RunContext = {},
): Promise<(DensityQuality | BrokenRow)[]> {
  const contestant = (competitor: Competitor): DensityContestant =>
    compiledContestant(
      labelsOf(competitor).method,
      () => compileFlowDensity(flow, { ...machineOf(context), method: competitor.method }),
      (density, x) => density.run(x),
    );
  const reference = await unlessItBreaks(once(contestant({ method: REFERENCE, role: "reference" }), data));
  const measures: Record<string, Measure<Tensor, LogDensities>> = {
    // A log-density of −∞ is no number either.
    nll: ({ values }) => values.map((value) => -value),
    ...(!isBroken(reference) && errorsAgainst(reference)),
  };
  const first = competitorsOf([adaptive(dopri5, FLOW_TOLERANCES)]);
  const contestants = [...first, ...methods].map(contestant);
  const entries = await contest<DensityContestant, Tensor, LogDensities, string>(
    { contestants, cases: [data], measures },
    context,
  );
  return entries.map(rowOf);
}

async function once({ prepare }: DensityContestant, data: Tensor): Promise<LogDensities> {
  const prepared = await prepare();
  try {
    return (await prepared.run(data)).result;
  } finally {
    await prepared.dispose();
  }
}

const errorsAgainst = (reference: LogDensities): Record<string, Measure<Tensor, LogDensities>> => ({
  logDensityError: ({ values }) => values.map((value, i) => Math.abs(value - (reference.values[i] ?? 0))),
  endpointError: ({ z }) => stateErrors(z, reference.z).mean,
});

function rowOf({
  contestant: { method },
  scores,
}: Entry<DensityContestant, string>): DensityQuality | BrokenRow {
  if (isBroken(scores)) return { method, ...scores };
  const { nfe, milliseconds, values } = scores;
  const { nll = [], logDensityError, endpointError } = values;
  return {
    method,
    nfe,
    milliseconds,
    nll: meanAndStandardError(nll),
    logDensityError: logDensityError && meanAndStandardError(logDensityError).mean,
    endpointError: endpointError && meanAndStandardError(endpointError).mean,
  };
}
