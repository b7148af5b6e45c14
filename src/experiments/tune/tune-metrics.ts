import type { DroppedSamples } from "../../hypersolver/internal.js";
import { referenceFacts } from "../../hypersolver/internal.js";
import type { MethodLabels } from "../kit/competitor.js";
import type { Costs } from "../kit/contest.js";
import type { Timing } from "../kit/timing.js";
import type { Estimate } from "./estimate.js";
import type { Finalist } from "./finals.js";
import type { BrokenTrial, Family, FitFacts, TrialRecord } from "./trial.js";
import type { Tuning } from "./tune-solver.js";
import type { EffectiveTune } from "./tune-table.js";
import { verdictText } from "./verdict.js";

/** A solver with what it is worth. */
export interface FinalistMetrics extends MethodLabels, Costs {
  readonly name: string;
  readonly family: Family;
  /** On the test states, with an interval of 95 %. */
  readonly error: Estimate;
  /** On the states by which solvers were chosen. */
  readonly selectionError: Estimate;
  readonly timing: Timing;
  readonly fit: FitFacts | undefined;
  /** Where what was learned is, below the folder of the run. */
  readonly file: string | undefined;
}

/** What `metrics.json` of a search holds. */
export interface TuneMetrics {
  readonly title: string;
  readonly command: string;
  readonly spec: EffectiveTune;
  readonly status: Tuning["status"];
  /** Whether the winner keeps to the error on the test states. */
  readonly met: boolean;
  readonly verdict: string;
  readonly winner: FinalistMetrics;
  readonly runnersUp: readonly FinalistMetrics[];
  /** The fastest student that keeps to the error: no solver, and no answer. */
  readonly student: FinalistMetrics | undefined;
  /** The solver in `solver.onnx`, by name: the best with fixed steps. */
  readonly exported: string | undefined;
  /** Everything that was tried, with errors on the states by which solvers were chosen. */
  readonly frontier: readonly TrialRecord[];
  readonly broken: readonly BrokenTrial[];
  readonly model: Tuning["model"];
  readonly states: { readonly selection: number; readonly test: number; readonly batch: number };
  readonly dropped: DroppedSamples | undefined;
  readonly measuring: ReturnType<typeof referenceFacts>;
  readonly seconds: Tuning["seconds"];
}

/** @param fileOf where what was learned for a solver is written. */
export function metricsOf(
  tuning: Tuning,
  { title, command }: { readonly title: string; readonly command: string },
  fileOf: (finalist: Finalist) => string | undefined,
): TuneMetrics {
  const { spec, status, isMet, winner, runnersUp, exported, student, trials, broken, model } = tuning;
  const { seconds, ground, test } = tuning;
  const facts = (finalist: Finalist): FinalistMetrics => {
    const { error: selectionError, milliseconds: _, seconds: _seconds, ...record } = finalist.record;
    const { test: error, timing } = finalist;
    const file = fileOf(finalist);
    return {
      ...record,
      fit: record.fit,
      error,
      selectionError,
      timing,
      file,
      spelling: spelled(finalist, file),
    };
  };
  const count = ({ z0 }: { readonly z0: { readonly shape: readonly number[] } }): number => z0.shape[0] ?? 0;
  return {
    title,
    command,
    spec,
    status,
    met: isMet,
    verdict: verdictText(tuning),
    winner: facts(winner),
    runnersUp: runnersUp.map(facts),
    student: student && facts(student),
    exported: exported?.record.name,
    frontier: trials,
    broken,
    model,
    states: {
      selection: count(ground.selection.samples),
      test: count(test.samples),
      batch: count(ground.batch),
    },
    dropped: test.dropped,
    measuring: referenceFacts(ground.reference),
    seconds,
  };
}

/** As command lines name it, with its file. */
function spelled({ record: { family, steps, spelling = "" } }: Finalist, file: string | undefined): string {
  if (file === undefined) return spelling;
  if (family === "student") return `student:${file}`;
  return family === "correction" ? `hyper:${file}:${steps}` : `ns:${file}`;
}
