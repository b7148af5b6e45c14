import { type Command, Option } from "commander";
import type { Device } from "../../runtime/index.js";
import {
  type NameMap,
  type Parser,
  parseAssignment,
  parseChoice,
  parseCount,
  parseInputMap,
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
export interface FieldOptions {
  readonly inputMap?: NameMap;
  /** Tensors of controls: name and `FILE[:key]`. */
  readonly input?: readonly (readonly [name: string, reference: string])[];
}

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
  command
    .optionsGroup("Common options:")
    .option("--json", "print the result as JSON on stdout, everything else on stderr")
    .option("--quiet", "show no progress")
    .addOption(parsed("--seed <n>", "seed of everything random", parseInteger).default(0))
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

export function addFieldOptions(command: Command): void {
  command
    .addOption(inputMapOption())
    .addOption(
      new Option(
        "--input <name=file>",
        "values of a control input that stay constant along the solve: x=FILE.safetensors:KEY (repeatable)",
      ).argParser((text: string, previous: NonNullable<FieldOptions["input"]> | undefined) => [
        ...(previous ?? []),
        parseAssignment("--input", text, "a control and its file, such as x=data.safetensors:x"),
      ]),
    );
}

export const inputMapOption = (): Option =>
  new Option(
    "--input-map <roles>",
    "names of the model's state, depth and derivative: z=NAME,s=NAME,dz=NAME (default: found by name and shape)",
  ).argParser(
    (text: string, previous: NameMap | undefined): NameMap => ({
      ...previous,
      ...parseInputMap("--input-map", text),
    }),
  );

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
