import {
  type ComparisonRow,
  type Competitor,
  compareMethods,
  competitorsOf,
  paretoFigure,
  standardCompetitors,
} from "../../../experiments/index.js";
import {
  comparisonText,
  hasErrors,
  measuredSamples,
  measuringText,
  measuringWarning,
  paretoText,
  stepCurveFigure,
  stepCurveText,
  stiffnessNote,
  withMeshes,
} from "../../../experiments/internal.js";
import { type LoadedSolver, meshPlanner } from "../../../hypersolver/index.js";
import {
  droppedText,
  measuringReference,
  referenceFacts,
  referenceNoise,
  solvableSamples,
} from "../../../hypersolver/internal.js";
import type { Field, Span } from "../../../ode/index.js";
import { type Grid, spanOf, splitMethods } from "../../../ode/internal.js";
import { renderSvg } from "../../../plot/index.js";
import { Random } from "../../../tensor/index.js";
import type { JobResult } from "../../command.js";
import { configArtifact } from "../../files/config-artifact.js";
import { type WrittenFiles, writeAll } from "../../files/files.js";
import { readField, warnOfCard, warnOfCoefficients, warnOfStates } from "../../files/models.js";
import { requirePictures, withPngs } from "../../files/picture.js";
import { inRunFolder } from "../../files/run-claim.js";
import { stateSource } from "../../files/states.js";
import { type ChosenMethod, chosenMethod, missing, requireOwnSpan, usesOf } from "../../options/method.js";
import { SPAN } from "../../options/needs.js";
import type { Machine } from "../../options/options.js";
import { parseStates } from "../../options/parse.js";
import { type MachineContext, plainJob, type SpecJob } from "../../options/spec-command.js";
import { unusable } from "../../options/usage-error.js";
import { jsonText } from "../../terminal/output.js";
import { showProgress } from "../../terminal/show-progress.js";
import { type CompareOptions, compareTable } from "./table.js";

/** `hypersolvers compare`. */
export const compareJob: SpecJob<typeof compareTable> = plainJob(compareTable, (options, context) =>
  options.out === undefined
    ? compared(options, context)
    : inRunFolder(options.out, options, () => compared(options, context)),
);

async function compared(
  options: CompareOptions & Machine,
  { output, progress, machine }: MachineContext,
): Promise<JobResult> {
  const { field: path } = options;
  const field = await readField(path, options);
  const contestants = await contest(field, options);
  const { methods, corrections, coefficients } = contestants;
  const span = spanFor(field, options, contestants);
  if (options.out !== undefined) requirePictures("or leave --out away");
  const source = await stateSource(field, parseStates(options.states), options);
  const wanted = source.heldOut(options.samples ?? measuredSamples(field), new Random(options.seed));
  const warnings = [
    ...coefficients.flatMap((loaded) => warnOfCoefficients(loaded, field, output)),
    ...corrections.flatMap(({ correction, method }) => [
      ...warnOfCard(correction, field, usesOf(method, { span }), output),
      ...warnOfStates(correction, wanted.z0, span[0], output),
    ]),
  ];
  const measuring = measuringReference(field, options.measuringTolerance);
  const solvable = await solvableSamples(field, span, wanted, measuring, machine);
  const { samples, ends: reference, dropped, jumps } = solvable;
  const tell = (warning: string | undefined): void => {
    if (warning === undefined) return;
    output.warn(warning);
    warnings.push(warning);
  };
  tell(measuringWarning(field, measuring, jumps));
  const noise = await referenceNoise(field, span, samples, measuring, machine);
  const context = { ...machine, onProgress: showProgress(progress) };
  const { seed } = options;
  const all = options.meshes
    ? await withMeshes(methods, await meshPlanner(field, { span, seed }, { states: source }, context))
    : methods;
  const rows = await compareMethods({ field, reference, span, samples, methods: all }, context);
  progress.stop();
  tell(stiffnessNote(rows));
  const count = samples.z0.shape[0] ?? 0;
  const described = { field: path, span, states: source.description, samples: count, dropped };
  const facts = { ...referenceFacts(measuring), noise };
  const best = paretoText(rows);
  const result = { ...described, measuring: facts, rows, best, warnings };
  const { paths: files, failure } = await written(result, rows, options);
  const against = measuringText(facts);
  const heading = `Mean Euclidean distance to ${against} at s = ${span[1]}, on ${count} states (${source.description})${droppedText(dropped)}.`;
  const wrote = files.length === 0 ? [] : ["", `Wrote ${files.join(", ")}.`];
  return {
    text: [heading, "", tables(rows, options), "", best, ...meshTexts(all, methods), ...wrote].join("\n"),
    json: { ...result, files },
    failure,
  };
}

/** Numbers, settings and figures in the folder of `--out`, where there is one. */
async function written(
  result: object,
  rows: readonly ComparisonRow[],
  options: CompareOptions,
): Promise<WrittenFiles> {
  if (options.out === undefined) return { paths: [] };
  const files = [
    { path: "comparison.json", content: `${jsonText(result)}\n` },
    configArtifact(compareTable, { ...options, force: undefined }),
    ...(await drawn(rows, options)),
  ];
  return writeAll(options.out, withPngs(files));
}

/** The span of the options, else that of something learned or of a field from noise to data. */
function spanFor(field: Field, { span }: CompareOptions, { corrections, coefficients }: Contest): Span {
  const own = corrections[0]?.correction.card.span ?? ownSpan(coefficients[0]?.method.grid);
  const found = span ?? own ?? spanOfPath(field);
  if (found === undefined) throw missing(...SPAN);
  for (const loaded of coefficients) requireOwnSpan({ method: loaded.method, coefficients: loaded }, found);
  return found;
}

const tables = (rows: readonly ComparisonRow[], { curve }: CompareOptions): string =>
  curve === undefined ? comparisonText(rows) : stepCurveText(rows);

/** How meshes that were chosen are spelled: a table has no room for it. */
const meshTexts = (all: readonly Competitor[], given: readonly Competitor[]): string[] => {
  const chosen = all.filter((competitor) => !given.includes(competitor));
  return chosen.length === 0 ? [] : ["", "Chosen meshes:", ...chosen.map(({ method }) => `  ${method.text}`)];
};

const BUDGET = [1, 2, 4, 8, 16];

interface Contest {
  readonly methods: readonly Competitor[];
  /** The corrected ones. */
  readonly corrections: readonly Corrected[];
  /** Read from files, for warnings. */
  readonly coefficients: readonly LoadedSolver[];
}

/** From noise to data. */
const spanOfPath = ({ path }: Field): Span | undefined => (path === undefined ? undefined : [0, 1]);

/** Where coefficients were fitted. */
const ownSpan = (grid: Grid | undefined): Span | undefined =>
  grid !== undefined && "mesh" in grid ? spanOf(grid.mesh) : undefined;

type Corrected = Required<Pick<ChosenMethod, "method" | "correction">>;

const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

/** The methods of `--methods`; else the usual ones, and the correction at every budget. */
async function contest(field: Field, options: CompareOptions): Promise<Contest> {
  const { methods: list, correction: file, curve } = options;
  const { budget = curve === undefined ? BUDGET : upTo(curve) } = options;
  const { tolerances = curve === undefined ? undefined : [] } = options;
  if (list === undefined) {
    const chosen = file === undefined ? undefined : await chosenMethod({ correction: file }, {});
    const { correction } = chosen ?? {};
    return {
      methods: standardCompetitors(field, { budget, tolerances, correction }),
      corrections: corrected(chosen ? [chosen] : []),
      coefficients: [],
    };
  }
  const given = {
    "--correction": file,
    "--budget": options.budget,
    "--tolerances": options.tolerances,
    "--curve": curve,
  };
  const spare = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (spare.length > 0)
    throw unusable(
      spare.join(", "),
      "nothing beside --methods, which says it all",
      "both",
      `drop ${spare.join(" and ")}; a correction is spelled hyper:FILE:STEPS`,
    );
  const chosen: ChosenMethod[] = [];
  for (const method of splitMethods(list)) chosen.push(await chosenMethod({ method }, {}));
  return {
    methods: competitorsOf(chosen.map(({ method }) => method)),
    corrections: corrected(chosen),
    coefficients: chosen.flatMap(({ coefficients = [] }) => coefficients),
  };
}

const corrected = (chosen: readonly ChosenMethod[]): Corrected[] =>
  chosen.flatMap(({ method, correction }) => (correction === undefined ? [] : [{ method, correction }]));

async function drawn(
  rows: readonly ComparisonRow[],
  { curve }: CompareOptions,
): Promise<{ path: string; content: string }[]> {
  if (!hasErrors(rows)) return [];
  const pareto = { path: "pareto.svg", content: await renderSvg(paretoFigure(rows)) };
  if (curve === undefined) return [pareto];
  return [pareto, { path: "curve.svg", content: await renderSvg(stepCurveFigure(rows)) }];
}
