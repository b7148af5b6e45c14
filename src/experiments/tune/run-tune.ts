import { encodeSolver } from "../../hypersolver/index.js";
import type { Field } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { isBroken, unlessItBreaks } from "../../tensor/index.js";
import type { Artifact } from "../kit/artifact.js";
import { reportArtifacts, withRunFacts } from "../kit/report.js";
import type { Finalist } from "./finals.js";
import { metricsOf, type TuneMetrics } from "./tune-metrics.js";
import { tuneReport } from "./tune-report.js";
import { type TuneInputs, type Tuning, tuneSolver } from "./tune-solver.js";
import type { TuneSpec } from "./tune-table.js";

/** A search from field to report. */
export interface TuneRequest extends TuneInputs {
  readonly field: Field;
  readonly spec: TuneSpec;
  /** For the report. */
  readonly title: string;
  /** The command line that repeats the run. */
  readonly command: string;
  /** Called with every file as soon as it is ready, first those of what was learned. */
  readonly onArtifact?: ((artifact: Artifact) => Promise<void>) | undefined;
}

/** The result of a search, with its numbers and every file. */
export interface TuneRun {
  readonly tuning: Tuning;
  readonly metrics: TuneMetrics;
  readonly artifacts: readonly Artifact[];
}

/**
 * Looks for a solver and prepares all files: what was learned, solver.onnx of the best with fixed steps, runners-up,
 * metrics.json, the frontier and report.html.
 * @throws as `tuneSolver`.
 */
export async function runTune(request: TuneRequest, context: RunContext = {}): Promise<TuneRun> {
  const { field, spec, title, command, onArtifact, ...inputs } = request;
  const tuning = await tuneSolver(field, spec, inputs, context);
  const { winner, runnersUp, exported, student } = tuning;
  const artifacts: Artifact[] = [];
  const handOut = async (...files: readonly Artifact[]): Promise<void> => {
    for (const file of files) {
      artifacts.push(file);
      await onArtifact?.(file);
    }
  };
  const places = new Map<Finalist, string>([
    [winner, ""],
    ...runnersUp.map((each, i): [Finalist, string] => [each, `runners-up/${i + 1}/`]),
  ]);
  if (student !== undefined) places.set(student, "student/");
  for (const [finalist, folder] of places) {
    const { file } = finalist;
    if (file !== undefined) await handOut({ path: `${folder}${file.path}`, content: file.content });
  }
  if (exported !== undefined) await handOut(...(await solverFile(tuning, exported, "")));
  for (const [finalist, folder] of places)
    if (finalist !== winner && finalist !== student)
      await handOut(...(await solverFile(tuning, finalist, folder)));
  const metrics = metricsOf(tuning, { title, command }, (finalist) =>
    finalist.file === undefined ? undefined : `${places.get(finalist) ?? ""}${finalist.file.path}`,
  );
  const { seed } = tuning.spec;
  const report = withRunFacts(tuneReport(tuning, title), { command, seed, status: tuning.status });
  await handOut(...(await reportArtifacts(report, metrics)));
  return { tuning, metrics, artifacts };
}

/** The whole solve as one ONNX file, where its steps are fixed and it comes through on these states. */
async function solverFile(
  { ground, test }: Tuning,
  { method }: Finalist,
  folder: string,
): Promise<Artifact[]> {
  if (method.kind !== "fixed") return [];
  const content = await unlessItBreaks(encodeSolver(ground.field, method, ground.span, test.samples));
  return isBroken(content) ? [] : [{ path: `${folder}solver.onnx`, content }];
}
