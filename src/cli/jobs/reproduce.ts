import { join } from "node:path";
import { experimentNamed, experiments, presets } from "../../experiments/index.js";
import { textTable } from "../../plot/index.js";
import type { Job, JobResult } from "../command.js";
import type { ReproduceCommandOptions } from "../commands/reproduce.js";
import { requireWritableFolder, writeAll } from "../files.js";
import { FIT_STOPS, INTERRUPTED_EXIT, onInterrupt } from "../interruption.js";
import { compileOptions, forOption } from "../models.js";
import { nothingFitted } from "./fit.js";
import { showFitProgress } from "./fit-progress.js";
import { missing } from "./method.js";

/** `hypersolvers reproduce`. */
export const reproduceJob: Job<ReproduceCommandOptions> = async (
  name,
  options,
  { output, progress, commandLine },
) => {
  if (options.list === true) return listing();
  if (name === "") throw missing("name", `an experiment: ${Object.keys(experiments).join(", ")}`);
  const experiment = forOption("name", () => experimentNamed(name));
  const out = options.out ?? join("runs", name);
  await requireWritableFolder(out);
  const interruption = onInterrupt(output, FIT_STOPS);
  try {
    const { summary, metrics, artefacts, status } = await experiment.run({
      ...{ preset: options.preset, seed: options.seed, command: commandLine, signal: interruption.signal },
      compile: compileOptions(options),
      onProgress: (state) => showFitProgress(state, progress),
    });
    progress.stop();
    const files = await writeAll(out, artefacts);
    const ending = status === "interrupted" ? ["", "Interrupted: this is the best result until then."] : [];
    return {
      text: [experiment.title, "", summary, ...ending, "", "Wrote", ...files.map((file) => `  ${file}`)].join(
        "\n",
      ),
      json: { experiment: name, preset: options.preset, seed: options.seed, status, metrics, out, files },
      exitCode: status === "interrupted" ? INTERRUPTED_EXIT : 0,
    };
  } catch (error) {
    throw nothingFitted(error);
  } finally {
    interruption.release();
  }
};

function listing(): JobResult {
  const list = Object.values(experiments).map(({ name, title }) => ({ name, title, presets }));
  const rows = list.map(({ name, title, presets }) => [name, title, presets.join(", ")]);
  return { text: textTable(["name", "what", "presets"], rows), json: { experiments: list } };
}
