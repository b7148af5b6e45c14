import type { Table, TableCell } from "../../plot/index.js";
import { formatNumber } from "../../plot/internal.js";
import { type Broken, isBroken, unlessItBreaks } from "../../tensor/index.js";
import { jsonCodec } from "./codec.js";
import {
  defineExperiment,
  type Experiment,
  type ExperimentRequest,
  type ExperimentStatus,
  type RunFacts,
} from "./experiment.js";
import type { RunReport } from "./report.js";
import { type JoinedRow, joinRows, type ResultRow, type Spread } from "./result-row.js";
import type { Run } from "./run.js";

/** What `metrics.json` of several seeds holds; what each found is in the folder of its own. */
export interface SeedsMetrics {
  readonly density: string;
  readonly seeds: readonly number[];
  /** Every number as mean and standard deviation over the seeds that have it. */
  readonly rows: readonly JoinedRow[];
  /** Seeds with which the whole run broke. */
  readonly broken: readonly (Broken & { readonly seed: number })[];
}

interface SeedRun {
  readonly rows: readonly ResultRow[];
  readonly status: ExperimentStatus;
}

/**
 * An experiment with several seeds, the request's and those after it, each in a folder of its own: a seed that is complete
 * is not run again, one that breaks is an entry with its reason.
 */
export function overSeeds(experiment: Experiment, count: number): Experiment {
  const { run: _, ...facts } = experiment;
  return defineExperiment<object, SeedsMetrics>({
    ...facts,
    run: (_spec, run, request) => runSeeds(experiment, count, run, request),
    rows: () => [],
    report: (metrics) => seedsReport(facts.title, metrics),
  });
}

async function runSeeds(
  experiment: Experiment,
  count: number,
  run: Run<SeedsMetrics>,
  { spec: _, ...request }: ExperimentRequest<object>,
): Promise<void> {
  const { name } = experiment;
  const { preset, density, images } = request;
  run.note({ seeds: [], rows: [], broken: [], ...(density !== undefined && { density }) });
  const done: SeedRun[] = [];
  for (let seed = request.seed; seed < request.seed + count; seed++) {
    const world = run.within(`seed-${seed}`);
    const result = await run.stage<SeedRun | Broken>({
      name: `seed ${seed}`,
      settings: { name, preset, seed, density, data: images?.description },
      codec: jsonCodec(),
      isWhole: (found) => isBroken(found) || found.status === "complete",
      make: async () => {
        const found = await unlessItBreaks(experiment.run({ ...request, seed }, world));
        return isBroken(found) ? found : { rows: found.rows, status: found.status };
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

function seedsReport(title: string, metrics: Partial<SeedsMetrics> & RunFacts): RunReport {
  const { density, seeds = [], rows = [], broken = [], command, preset, status } = metrics;
  const data = density === undefined ? "" : ` on ${density}`;
  return {
    title: `${title}${data}: ${seeds.length} seeds`,
    lead: `Mean ± standard deviation over ${seeds.length} seeds (${seeds.join(", ")})${data}; in brackets how many seeds have a number, where not all do.`,
    verdict: broken.map(({ seed, reason }) => `Seed ${seed} broke: ${reason}`).join("\n"),
    facts: [
      ["Command", command],
      ["Preset", preset],
      ["Status", status],
    ],
    sections: tablesOf(rows, seeds.length).map((table) => ({
      heading: String(table.columns[0]),
      table,
      on: "both",
    })),
  };
}

/** A table for each kind of key. */
function tablesOf(rows: readonly JoinedRow[], seeds: number): Table[] {
  const kinds = new Map<string, JoinedRow[]>();
  for (const row of rows) {
    const kind = Object.keys(row.key).join();
    kinds.set(kind, [...(kinds.get(kind) ?? []), row]);
  }
  return [...kinds.values()].map((own) => {
    const keys = Object.keys(own[0]?.key ?? {});
    const values = [...new Set(own.flatMap((row) => Object.keys(row.values)))];
    return {
      columns: [...keys, ...values],
      rows: own.map((row): TableCell[] => [
        ...keys.map((key) => row.key[key]),
        ...values.map((name, i) => cellOf(row, row.values[name], seeds, i === 0)),
      ]),
    };
  });
}

function cellOf({ broken }: JoinedRow, spread: Spread | undefined, seeds: number, isFirst: boolean): string {
  const failed = broken === undefined || !isFirst ? "" : `broke in ${broken.seeds} of ${seeds}`;
  return spread === undefined
    ? failed
    : [spreadText(spread, seeds), failed].filter((text) => text !== "").join("; ");
}

/** `3.1 ± 0.2`, with the number of seeds where it is not the expected one. */
export function spreadText({ mean, deviation, n }: Spread, seeds: number = n): string {
  const value =
    deviation === undefined ? formatNumber(mean) : `${formatNumber(mean)} ± ${formatNumber(deviation)}`;
  return n === seeds ? value : `${value} (${n})`;
}
