import { createRequire } from "node:module";
import { Command, CommanderError } from "commander";
import { withoutConnections } from "../experiments/specs.js";
import type { Attach, CommandDefinition, Job } from "./command.js";
import { compareCommand } from "./commands/compare/command.js";
import { completionCommand } from "./commands/completion/command.js";
import { dataCommand } from "./commands/data/command.js";
import { densityCommand } from "./commands/density/command.js";
import { exportCommand } from "./commands/export/command.js";
import { fitCommand } from "./commands/fit/command.js";
import { infoCommand } from "./commands/info/command.js";
import { reproduceCommand } from "./commands/reproduce/command.js";
import { sampleCommand } from "./commands/sample/command.js";
import { solveCommand } from "./commands/solve/command.js";
import { sweepCommand } from "./commands/sweep/command.js";
import { trainCommand } from "./commands/train/command.js";
import { tuneCommand } from "./commands/tune/command.js";
import { workerCommand } from "./commands/worker/command.js";
import { addExamples, type SharedOptions } from "./options/options.js";
import { paintFor } from "./terminal/color.js";
import { failureJson, reportFailure } from "./terminal/failure.js";
import { createOutput, jsonText, type Output, outliveReaders } from "./terminal/output.js";
import { shellQuoted } from "./terminal/shell.js";

/** Every command, in the order of the help. */
export const commands: readonly CommandDefinition[] = [
  fitCommand,
  tuneCommand,
  solveCommand,
  exportCommand,
  compareCommand,
  infoCommand,
  trainCommand,
  sampleCommand,
  densityCommand,
  dataCommand,
  reproduceCommand,
  sweepCommand,
  workerCommand,
  completionCommand,
];

/**
 * Runs one command line.
 * @param args without the names of the interpreter and the script.
 * @returns the exit code: 0 done, 1 refused or failed, 2 not understood, 3 no solver as wanted, 129, 130 or 143 stopped early by a signal.
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const output = createOutput(process, paintFor(args));
  outliveReaders(process, ({ message }) => {
    output.note(`error: the result could not be written to standard output: ${message}`);
    process.exitCode = 1;
  });
  let exitCode = 0;
  const attach: Attach = (command, load) => {
    command.action(async () => {
      exitCode = await perform(load, command.opts<SharedOptions>(), { output, args });
    });
  };
  try {
    await buildProgram(output, attach).parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (error instanceof CommanderError && error.code === "commander.help") return 2;
    const named = commands.find(({ name }) => name === args[0]);
    const command = named === undefined ? "hypersolvers" : `hypersolvers ${named.name}`;
    if (args.includes("--json-lines")) {
      const { tellEvent } = await import("./terminal/json-lines.js");
      tellEvent(output, "error", (await failureJson(error)).error);
    }
    return reportFailure(error, output, { asJson: args.includes("--json"), command, table: named?.table });
  }
}

async function perform(
  load: () => Promise<Job>,
  options: SharedOptions,
  { output: plain, args }: { readonly output: Output; readonly args: readonly string[] },
): Promise<number> {
  const { createProgress, silentProgress } = await import("./terminal/progress.js");
  const { jsonLinesProgress, tellEvent, withWarningEvents } = await import("./terminal/json-lines.js");
  const { quiet = false, jsonLines = false } = options;
  const loud = jsonLines ? jsonLinesProgress(plain) : createProgress(process.stderr);
  const progress = quiet ? silentProgress : loud;
  const output = jsonLines ? withWarningEvents(plain) : plain;
  try {
    const job = await load();
    const commandLine = withoutConnections(shellQuoted(["hypersolvers", ...args]));
    const result = await job(options, { output, progress, commandLine });
    progress.stop();
    const tell = (json: object): void => {
      if (jsonLines) tellEvent(output, "end", json);
      else output.result(options.json === true ? jsonText(json) : result.text);
    };
    if (result.failure === undefined) {
      tell(result.json);
      return result.exitCode ?? 0;
    }
    const { error } = await failureJson(result.failure);
    tell({ ...result.json, error });
    return reportFailure(result.failure, output, { asJson: false, command: commandLine });
  } finally {
    progress.stop();
  }
}

/** The commands with their options, as Commander objects. Loads none of the library. */
export function buildProgram(output: Output, attach: Attach): Command {
  const program = new Command("hypersolvers")
    .description(
      "Fast solvers for neural ODEs and continuous normalizing flows: train a flow, fit a correction to a field, solve " +
        "and sample with it, export one ONNX file.",
    )
    .version(packageVersion(), "-V, --version", "show the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    // Options behind the name of a command are its own, `sweep status` included.
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.result(text),
      writeErr: (text) => output.note(text),
      // Errors are reported in one place, `reportFailure`.
      outputError: () => {},
    });
  for (const { name, summary, configure } of commands) {
    const command = program.command(name).summary(summary);
    configure(command, attach);
  }
  addExamples(program, [
    "fit field.onnx --base heun --steps 1 --span 0,1 --states normal --out run",
    "solve field.onnx --correction run/correction.onnx --states z0.safetensors --out z1.safetensors",
    "train points.csv --out flow",
    "sample flow/flow.onnx --count 5000 --out samples.csv",
    "info field.onnx",
  ]);
  return program.addHelpText("after", exitCodes);
}

const exitCodes = `
Exit codes: 0 done; 1 the library refused or failed (error: CODE: …); 2 the command line is not usable;
3 tune found nothing that keeps to the error, or fit learned nothing: the results are written all the same; 130 stopped early by Ctrl-C (143 by SIGTERM, 129 by SIGHUP). HYPERSOLVERS_DEBUG=1 shows where an error arose.`;

function packageVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)("../../package.json");
  const isManifest = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return isManifest ? String(manifest.version) : "unknown";
}
