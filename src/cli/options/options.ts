import { type Command, Option } from "commander";
import type { Device } from "../../runtime/index.js";
import type { FieldSpec } from "./field-table.js";
import {
  type Parser,
  parseChoice,
  parseCount,
  parseInteger,
  parseSpan,
  parseStates,
  type StatesChoice,
} from "./parse.js";

/** Options that every command has. */
export interface SharedOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly seed: number;
  readonly device: Device;
  readonly threads?: number;
}

/** How the inputs of a model are told apart. */
export type FieldOptions = Pick<FieldSpec, "input" | "inputMap">;

/** Same list as `devices` of the runtime, which is not loaded for help. */
export const deviceNames: readonly Device[] = ["cpu", "webgpu", "cuda", "reference"];

/** Same list as the names of `tableaus`, which is not loaded for help. */
export const methodNames: readonly string[] = [
  ...["euler", "midpoint", "heun", "ralston", "adaptive_heun", "fehlberg2", "heun3", "bosh3"],
  ...["rk4", "rk4_38", "dopri5", "tsit5", "dopri8"],
];

/** Commander's way to parse an option by one of our parsers. */
export function parsed<T>(flags: string, description: string, parse: Parser<T>): Option {
  const option = new Option(flags, description);
  const name = option.long ?? flags;
  return option.argParser((text: string) => parse(name, text));
}

export function addSharedOptions(command: Command): void {
  command.optionsGroup("Common options:");
  // Where a command has a table, the seed is in it: it decides the outcome.
  if (!command.options.some(({ long }) => long === "--seed"))
    command.addOption(parsed("--seed <n>", "seed of everything random", parseInteger).default(0));
  command
    .option("--json", "print the result as JSON on stdout, everything else on stderr")
    .option("--quiet", "show no progress")
    .addOption(
      parsed(
        "--device <name>",
        `where to compute: ${deviceNames.join(", ")} (reference is slow and in float64)`,
        (option, text) => parseChoice(option, text, deviceNames),
      ).default("cpu", "cpu"),
    )
    .addOption(parsed("--threads <n>", "threads on the CPU (default: all cores)", parseCount))
    .helpOption("-h, --help", "show this help");
}

/** How to solve, in one spelling; see `parseMethodSpec`. */
export const methodOption = (extra = ""): Option =>
  new Option(
    "--method <method>",
    `how to solve: heun:4 (steps), dopri5@1e-5 (tolerance), hyper:FILE:2 (correction); or a name alone, ${methodNames.join(", ")}${extra}`,
  );

export const spanOption = (extra = ""): Option =>
  parsed("--span <t0,t1>", `from where to where; t1 < t0 runs backwards${extra}`, parseSpan);

export const statesOption = (extra = ""): Option =>
  parsed<StatesChoice>(
    "--states <source>",
    `initial states: normal, uniform:LOW,HIGH, FILE.safetensors[:KEY] or FILE.csv${extra}`,
    parseStates,
  );

/** Examples below the options, one a line. */
export function addExamples(command: Command, examples: readonly string[]): void {
  const lines = examples.map((example) => `  $ hypersolvers ${example}`);
  command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
}
