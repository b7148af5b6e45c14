import {
  type ComparisonRow,
  compareMethods,
  comparisonText,
  hasErrors,
  measuredSamples,
  measuringText,
  paretoFigure,
} from "../../../experiments/index.js";
import {
  droppedText,
  measuringReference,
  referenceNoise,
  solvableSamples,
} from "../../../hypersolver/index.js";
import { renderSvg } from "../../../plot/index.js";
import { Random } from "../../../tensor/index.js";
import { configArtefact } from "../../files/config-artefact.js";
import { requireWritableFolder, type WrittenFiles, writeAll } from "../../files/files.js";
import { readCorrection, readField, warnOfCard, warnOfStates } from "../../files/models.js";
import { withPngs } from "../../files/picture.js";
import { stateSource } from "../../files/states.js";
import { missing } from "../../options/method.js";
import { parseStates } from "../../options/parse.js";
import { plainJob, type SpecJob } from "../../options/spec-command.js";
import { jsonText } from "../../terminal/output.js";
import { compareTable } from "./table.js";

/** `hypersolvers compare`. */
export const compareJob: SpecJob<typeof compareTable> = plainJob(compareTable, async (options, desk) => {
  const { field: path } = options;
  const { output, progress, machine } = desk;
  const field = await readField(path, options);
  const correction = await readCorrection(options.correction);
  const span = options.span ?? correction?.card.span;
  if (span === undefined) throw missing("--span", "from where to where, such as 0,1");
  if (options.out !== undefined) await requireWritableFolder(options.out);
  const source = await stateSource(field, parseStates("--states", options.states), options);
  const wanted = source.heldOut(options.samples ?? measuredSamples(field), new Random(options.seed));
  const warnings =
    correction === undefined
      ? []
      : [
          ...warnOfCard(correction, field, [{ span, steps: correction.card.steps }], output),
          ...warnOfStates(correction, wanted.z0, span[0], output),
        ];
  const measuring = measuringReference(field);
  const runtime = machine;
  const solvable = await solvableSamples(field, span, wanted, measuring, runtime);
  const { samples, ends: reference, dropped } = solvable;
  const noise = await referenceNoise(field, span, samples, measuring, runtime);
  const rows = await compareMethods({
    ...{ field, reference, span, samples, budget: options.budget, tolerances: options.tolerances },
    ...(correction !== undefined && { correction }),
    compile: runtime,
    onProgress: (done, total) => progress.update({ name: "measuring methods", done, total }),
  });
  progress.stop();
  const count = samples.z0.shape[0] ?? 0;
  const described = { field: path, span, states: source.description, samples: count, dropped };
  const result = { ...described, measuring: { ...measuring, noise }, rows, warnings };
  const { paths: files, failure }: WrittenFiles =
    options.out === undefined
      ? { paths: [] }
      : await writeAll(
          options.out,
          withPngs([
            {
              path: "comparison.json",
              content: `${jsonText(result)}
`,
            },
            configArtefact(compareTable, options),
            ...(await drawn(rows)),
          ]),
        );
  const against = measuringText({ ...measuring, noise });
  const heading = `Mean Euclidean distance to ${against} at s = ${span[1]}, on ${count} states (${source.description})${droppedText(dropped)}.`;
  const written = files.length === 0 ? [] : ["", `Wrote ${files.join(", ")}.`];
  return {
    text: [heading, "", comparisonText(rows), ...written].join("\n"),
    json: { ...result, files },
    failure,
  };
});

async function drawn(rows: readonly ComparisonRow[]): Promise<{ path: string; content: string }[]> {
  return hasErrors(rows) ? [{ path: "pareto.svg", content: await renderSvg(paretoFigure(rows)) }] : [];
}
