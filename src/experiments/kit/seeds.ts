import { type Broken, isBroken, unlessItBreaks } from "../../tensor/index.js";
import { jsonCodec } from "./codec.js";
import {
  defineExperiment,
  type Experiment,
  type ExperimentRequest,
  type ExperimentStatus,
} from "./experiment.js";
import type { RunReport } from "./report.js";
import { type JoinedRow, joinRows, type ResultRow } from "./result-row.js";
import { joinedSections } from "./row-tables.js";
import type { Run } from "./run.js";

/** What `metrics.json` of several seeds holds; what each found is in the folder of its own. */
export interface SeedsMetrics {
  readonly density: string | undefined;
  readonly seeds: readonly number[];
  /** Every number as mean and standard deviation over the seeds that have it. */
  readonly rows: readonly JoinedRow[];
  /** Seeds with which the whole run broke. */
  readonly broken: readonly (Broken & { readonly seed: number })[];
}

/** What a run with one seed found. */
export interface SeedRun {
  readonly rows: readonly ResultRow[];
  readonly status: ExperimentStatus;
}

/**
 * An experiment with several seeds, the request's and those after it, each in a folder of its own: a seed that is complete
 * is not run again, one that breaks is an entry with its reason.
 * @param found what was run elsewhere, by seed; what is undefined then was not run, and counts as stopped.
 */
export function overSeeds(experiment: Experiment, count: number, found?: FoundSeeds): Experiment {
  const { run: _, specOf: _specOf, ...facts } = experiment;
  return defineExperiment<object, SeedsMetrics>({
    ...facts,
    run: (_spec, run, request) => runSeeds({ experiment, count, found }, run, request),
    rows: () => [],
    report: (metrics) => seedsReport(facts.title, metrics),
  });
}

/** Runs with seeds that were made elsewhere. */
export type FoundSeeds = (seed: number) => SeedRun | Broken | undefined;

interface Seeds {
  readonly experiment: Experiment;
  readonly count: number;
  readonly found: FoundSeeds | undefined;
}

async function runSeeds(
  { experiment, count, found }: Seeds,
  run: Run<SeedsMetrics>,
  { spec: _, ...request }: ExperimentRequest<object>,
): Promise<void> {
  const { name } = experiment;
  const { preset, density, images, changes } = request;
  run.note({ seeds: [], rows: [], broken: [], density });
  const done: SeedRun[] = [];
  for (let seed = request.seed; seed < request.seed + count; seed++) {
    const world = run.within(`seed-${seed}`);
    const result = await run.stage<SeedRun | Broken>({
      name: `seed ${seed}`,
      settings: { name, preset, changes, seed, density, data: images?.description },
      codec: jsonCodec(),
      isWhole: (own) => isBroken(own) || own.status === "complete",
      make: async () => {
        if (found !== undefined) return found(seed) ?? { rows: [], status: "interrupted" };
        const own = await unlessItBreaks(experiment.run({ ...request, seed }, world));
        return isBroken(own) ? own : { rows: own.rows, status: own.status };
      },
    });
    if (isBroken(result) || result.status === "complete") await world.store.clear();
    const { seeds = [], broken = [] } = run.found;
    if (isBroken(result)) run.note({ broken: [...broken, { seed, ...result }] });
    else if (result.status === "complete") {
      done.push(result);
      run.note({ seeds: [...seeds, seed], rows: joinRows(done.map(({ rows }) => rows)) });
    }
  }
}

function seedsReport(title: string, metrics: Partial<SeedsMetrics>): RunReport {
  const { density, seeds = [], rows = [], broken = [] } = metrics;
  const data = density === undefined ? "" : ` on ${density}`;
  return {
    title: `${title}${data}: ${seeds.length} seeds`,
    lead: `Mean ± standard deviation over ${seeds.length} seeds (${seeds.join(", ")})${data}; in brackets how many seeds have a number, where not all do.`,
    verdict: broken.map(({ seed, reason }) => `Seed ${seed} broke: ${reason}`).join("\n"),
    facts: [],
    sections: joinedSections(rows, seeds.length),
  };
}
