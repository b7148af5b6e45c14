import type { Command } from "commander";
import type { NoiseKind } from "../../models/index.js";
import type { TraceEstimator } from "../../ode/index.js";
import { inputMapTable } from "./field-table.js";
import type { MethodOptions } from "./method.js";
import { methodOption, parsed, type SharedOptions, spanOption } from "./options.js";
import { parseBase, parseChoice, parseCount, parseFileEnding, parseNonNegative } from "./parse.js";
import { addTable } from "./table-options.js";

/** Which flow: a file of `train`, or a field and what is missing there. */
export interface FlowSourceOptions {
  readonly span?: readonly [number, number] | undefined;
  readonly base?: string | undefined;
  readonly inputMap?: Readonly<Record<string, string>> | undefined;
}

/** How a flow is solved. */
export interface FlowSolverOptions extends SharedOptions, MethodOptions {}

/** How the divergence of a field is found. */
export interface TraceOptions {
  readonly estimator?: TraceEstimator;
  readonly noise?: NoiseKind;
  readonly controlState?: boolean;
}

// The same lists as in the layers below, which are not loaded for help; a test compares them.

export const estimatorNames: readonly TraceEstimator[] = ["exact", "hutchinson"];
export const noiseNames: readonly NoiseKind[] = ["rademacher", "gaussian"];
export const baseForms = "normal, logistic or student-t:NU";

export function addSourceOptions(command: Command): void {
  command
    .optionsGroup("For a field that `train` did not make:")
    .addOption(spanOption("; the base is at t0, the data at t1"))
    .addOption(parsed("--base <name>", `base distribution: ${baseForms}`, parseBase));
  addTable(command, inputMapTable);
}

export function addSolverOptions(command: Command): void {
  command
    .optionsGroup("How to solve:")
    .option("--correction <file>", "a correction that `fit` made; gives method and default steps")
    .addOption(methodOption(" (default: dopri5)"))
    .addOption(parsed("--steps <k>", "number of equal steps; without it tolerances choose them", parseCount))
    .addOption(parsed("--rtol <x>", "relative tolerance of a step (default: 1e-5)", parseNonNegative))
    .addOption(parsed("--atol <x>", "absolute tolerance of a step (default: 1e-5)", parseNonNegative))
    .addOption(parsed("--max-steps <n>", "attempted steps before giving up (default: 100000)", parseCount));
}

export function addTraceOptions(command: Command): void {
  command
    .addOption(
      parsed(
        "--estimator <name>",
        "divergence of the field: exact, or hutchinson's estimate (default: exact up to 8 columns)",
        (option, text) => parseChoice(option, text, estimatorNames),
      ),
    )
    .addOption(
      parsed(
        "--noise <name>",
        `of --estimator hutchinson: ${noiseNames.join(", ")} (default: rademacher)`,
        (option, text) => parseChoice(option, text, noiseNames),
      ),
    )
    .option("--control-state", "let tolerances follow the points alone, not their log-density");
}

export const pictureOption = (description: string): ReturnType<typeof parsed> =>
  parsed("--picture <file>", description, parseFileEnding([".svg", ".png"]));

export const pointsOutOption = (description: string): ReturnType<typeof parsed> =>
  parsed("--out <file>", description, parseFileEnding([".csv", ".safetensors"]));
