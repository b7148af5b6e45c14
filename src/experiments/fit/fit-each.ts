import { contextOf } from "../../runtime/index.js";
import { isHypersolversError } from "../../tensor/index.js";
import type { Artefact } from "../kit/artefact.js";
import { checkpointing, fitCheckpointFile } from "../kit/checkpoint-files.js";
import type { ExperimentOptions } from "../kit/experiment.js";
import { type KeptFit, keptFitOf, keptFits } from "./kept-fits.js";
import { type FitRequest, runFit } from "./run-fit.js";

/** One of the fits of a run. */
export interface FitJob {
  /** Of the hypersolver. */
  readonly name: string;
  /** What its correction is called in the folder of the run. */
  readonly file: string;
  /** Whatever the fit depends on beside the field, as JSON tells it apart. */
  readonly settings: unknown;
  readonly request: Omit<FitRequest, "command">;
}

/**
 * Fits one after another, without figures; `resume` takes those that an interrupted run had made, and goes on with the
 * one that it was at. A signal ends it with what there is.
 * @returns fits by name.
 */
export async function fitEach(
  jobs: readonly FitJob[],
  options: ExperimentOptions,
): Promise<Readonly<Record<string, KeptFit>>> {
  const { signal, checkpoints, resume } = options;
  const fits: Record<string, KeptFit> = {};
  for (const { name, file, settings, request } of jobs) {
    if (signal?.aborted === true) break;
    const kept = checkpoints && keptFits(request.field, checkpoints);
    const before = resume === true ? await kept?.read(file, settings) : undefined;
    const fit = before ?? (await fitted(request, file, options));
    if (fit === undefined) break;
    fits[name] = fit;
    if (fit.metrics.status !== "complete") continue;
    if (before === undefined) await kept?.write(file, settings, fit);
    await checkpoints?.remove(fitCheckpointFile(file));
  }
  return fits;
}

/** Undefined where the signal comes before there is anything fitted. */
async function fitted(
  request: FitJob["request"],
  file: string,
  options: ExperimentOptions,
): Promise<KeptFit | undefined> {
  const { command, onLearned } = options;
  const checkpoints = await checkpointing(fitCheckpointFile(file), options);
  const learned = onLearned && ((artefact: Artefact) => onLearned({ ...artefact, path: file }));
  const whole: FitRequest = { ...request, ...checkpoints, command, figures: false, onLearned: learned };
  try {
    return keptFitOf(await runFit(whole, contextOf(options)));
  } catch (error) {
    if (isHypersolversError(error, "INTERRUPTED")) return undefined;
    throw error;
  }
}
