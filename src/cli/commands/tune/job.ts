import { join } from "node:path";
import { runTune, type TuneRun } from "../../../experiments/index.js";
import {
  type RemoteFits,
  resolveTune,
  storeBelow,
  tuneTable,
  tuneText,
} from "../../../experiments/internal.js";
import { droppedText } from "../../../hypersolver/internal.js";
import { pickSpec } from "../../../spec/internal.js";
import { fail, isHypersolversError } from "../../../tensor/index.js";
import type { JobResult } from "../../command.js";
import { checkpointsIn, goingOn } from "../../files/checkpoints.js";
import { configArtifact, writeConfig } from "../../files/config-artifact.js";
import { runFolder, wroteLines } from "../../files/files.js";
import { stemOf } from "../../files/models.js";
import { requirePictures, withPngs } from "../../files/picture.js";
import { inRunFolder } from "../../files/run-claim.js";
import { fieldTable } from "../../options/field-table.js";
import { optionWords } from "../../options/option-words.js";
import type { MachineContext, SpecJob } from "../../options/spec-command.js";
import { MISSED } from "../../terminal/exit-codes.js";
import { interruptedExit, onInterrupt, TUNING_STOPS } from "../../terminal/interruption.js";
import { shellQuoted } from "../../terminal/shell.js";
import { showProgress } from "../../terminal/show-progress.js";
import { type FitTask, fitTask } from "../fit/task.js";
import { handingOf } from "../sweep/hand-out.js";
import { queuedFits } from "./queued-fits.js";
import { type TuneCommandSpec, tuneCommandTable } from "./table.js";

/** Where every solver that was tried is kept. */
const LEDGER = "ledger";

/** `hypersolvers tune`. */
export const tuneJob: SpecJob<typeof tuneCommandTable> = {
  run: async (spec, desk) => {
    const interruption = onInterrupt(desk.output, TUNING_STOPS);
    const { signal } = interruption;
    const handing = handingOf(spec);
    try {
      const fits = handing && (await queuedFits(spec, handing, { ...desk, signal }));
      try {
        return await inRunFolder(spec.out ?? outOf(spec), spec, () => tuned(spec, { ...desk, signal }, fits));
      } finally {
        await fits?.close();
      }
    } catch (error) {
      throw nothingTried(error);
    } finally {
      interruption.release();
    }
  },
  effective: async (spec, { output }) => repeated(spec, await fitTask(spec, output)),
};

async function tuned(
  spec: TuneCommandSpec,
  {
    output,
    progress,
    commandLine: command,
    machine,
    signal,
  }: MachineContext & { readonly signal: AbortSignal },
  fits: RemoteFits | undefined,
): Promise<JobResult> {
  const { out = outOf(spec), resume = false } = spec;
  const task = await fitTask(spec, output);
  const config = configArtifact(tuneCommandTable, repeated(spec, task));
  requirePictures();
  await writeConfig(out, config, resume);
  const folder = runFolder(out);
  const run = await runTune(
    {
      field: task.field,
      states: task.states,
      spec: pickSpec(tuneTable, spec),
      title: `A solver for ${stemOf(spec.field ?? "")}`,
      command,
      store: storeBelow(checkpointsIn(out), LEDGER),
      resume,
      fits,
      onArtifact: async (artifact) => {
        for (const file of withPngs([artifact])) await folder.write(file);
      },
    },
    {
      ...machine,
      signal,
      onProgress: showProgress(progress),
      onWarning: (sentence) => output.warn(sentence),
    },
  );
  progress.stop();
  await folder.write(config);
  const { paths, failure } = folder.written();
  const { status, met } = run.metrics;
  if (!met) output.warn("nothing that was found keeps to the error; the closest solver is written");
  return {
    text: [textOf(run, spec, out), ...wroteLines(paths)].join("\n"),
    json: { ...run.metrics, out, files: paths },
    exitCode: status === "interrupted" ? interruptedExit() : met ? 0 : MISSED,
    failure,
  };
}

const outOf = ({ field = "field" }: TuneCommandSpec): string => join("runs", `${stemOf(field)}-tuned`);

/** The spec that repeats a search. */
function repeated(spec: TuneCommandSpec, { field }: Pick<FitTask, "field">): TuneCommandSpec {
  const { out = outOf(spec) } = spec;
  // Where fits were made decides nothing, and a connection string is nobody's business.
  const elsewhere = { queue: undefined, store: undefined, workers: undefined };
  const chosen = {
    ...spec,
    ...elsewhere,
    ...resolveTune(field, pickSpec(tuneTable, spec)),
    out,
    resume: undefined,
    force: undefined,
  };
  return pickSpec(tuneCommandTable, chosen);
}

function nothingTried(error: unknown): unknown {
  if (!isHypersolversError(error, "INTERRUPTED")) return error;
  return fail("INTERRUPTED", {
    what: "tune",
    received: "a stop before any solver was tried",
    help: "nothing was found yet",
    cause: error,
  });
}

function textOf({ tuning, metrics }: TuneRun, spec: TuneCommandSpec, out: string): string {
  const { winner, exported, status, dropped } = metrics;
  const file = winner.file === undefined ? undefined : join(out, winner.file);
  const own = winner.file ?? "";
  const spelling = (winner.spelling ?? "").replace(own, file ?? own);
  const alone =
    exported === winner.name
      ? []
      : exported === undefined
        ? ["There is no solver.onnx: nothing with fixed steps came to an end."]
        : [`Step control cannot be one ONNX file: solver.onnx is ${exported}, the best with fixed steps.`];
  const ending =
    status === "interrupted"
      ? [`Interrupted: this is the best until then. ${goingOn("tune", out)} goes on from there.`]
      : [];
  const { field = "" } = spec;
  const how = ["--span", metrics.spec.span.join(","), "--method", spelling, ...optionWords(fieldTable, spec)];
  return [
    tuneText(tuning),
    ...(dropped === undefined ? [] : [`Test states left out${droppedText(dropped)}.`]),
    "",
    `To use it: ${shellQuoted(["hypersolvers", "solve", field, ...how])}`,
    ...alone,
    ...ending,
  ].join("\n");
}
