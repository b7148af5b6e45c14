import { densityNames } from "../../../data/specs.js";
import type { JobKind, JobKinds, JobSpec } from "../../../experiments/specs.js";
import { scheduleNames } from "../../../ode/specs.js";
import type { Table } from "../../../spec/index.js";
import { numberIn } from "../../files/fixed-controls.js";
import { parseStates } from "../../options/parse.js";
import { fitCommandTable, fitRunTable, learnedTables } from "../fit/table.js";
import { reproduceTable } from "../reproduce/table.js";
import { trainTable } from "../train/table.js";
import { tuneCommandTable } from "../tune/table.js";

/** Options that say where a run goes and what it goes on from: a worker decides them. */
const own = ["out", "resume", "force", "list", "cache", "queue", "workers", "store"];

const withoutOwn = (table: Table): Table =>
  Object.fromEntries(Object.entries(table).filter(([name]) => !own.includes(name)));

const always = (): boolean => true;
const isStatesFile = (text: string): boolean => parseStates(text).kind === "file";
const isPointsFile = (text: string): boolean => !(densityNames as readonly string[]).includes(text);
const isScheduleFile = (text: string): boolean => !(scheduleNames as readonly string[]).includes(text);
const isControlFile = (text: string): boolean => numberIn(text) === undefined;

const numberOf = (spec: JobSpec, name: string, otherwise: number): number => {
  const value = spec[name];
  return typeof value === "number" ? value : otherwise;
};

/** Iterations, as far as they are said: what is not said is the same for all jobs of a sweep. */
const iterationsOf = (spec: JobSpec): number =>
  numberOf(spec, "iterations", 1000) +
  numberOf(spec, "trajectoryIterations", 0) +
  numberOf(spec, "jointIterations", 0);

/** What a fit learns decides which defaults it has. */
const fitDefaults = ({ learn = fitRunTable.learn.default }: JobSpec): Table =>
  withoutOwn({ ...fitCommandTable, ...(learnedTables as Readonly<Record<string, Table>>)[String(learn)] });

/** Of a fit, and of one that is measured elsewhere. */
const ofFits = {
  table: withoutOwn(fitCommandTable),
  files: {
    field: always,
    states: isStatesFile,
    logDensity: isPointsFile,
    input: isControlFile,
    guidanceNull: isControlFile,
    schedule: isScheduleFile,
  },
  defaults: fitDefaults,
  work: iterationsOf,
};

const kinds: readonly (Omit<JobKind, "defaults"> & Partial<Pick<JobKind, "defaults">>)[] = [
  { name: "fit", ...ofFits },
  { name: "train", table: withoutOwn(trainTable), files: { data: isPointsFile }, work: iterationsOf },
  {
    name: "tune",
    table: withoutOwn(tuneCommandTable),
    files: {
      field: always,
      states: isStatesFile,
      input: isControlFile,
      guidanceNull: isControlFile,
      schedule: isScheduleFile,
    },
    work: (spec) => numberOf(spec, "seconds", 120),
  },
  { name: "reproduce", table: withoutOwn(reproduceTable), files: {}, work: () => 1 },
  { name: "candidate", ...ofFits },
];

/** What can be a job: runs of these commands, by the tables of their options. */
export const jobKinds: JobKinds = Object.fromEntries(
  kinds.map((kind) => [kind.name, { defaults: () => kind.table, ...kind }]),
);
