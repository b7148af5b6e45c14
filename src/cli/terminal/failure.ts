import { CommanderError } from "commander";
import type { Table } from "../../spec/index.js";
import { flagOf } from "../../spec/internal.js";
import type { HypersolversError } from "../../tensor/index.js";
import { UsageError } from "../options/usage-error.js";
import { interruptedExit } from "./interruption.js";
import { jsonText, type Output } from "./output.js";

/** A failure: the same facts as text and as JSON. */
interface Failure {
  readonly exitCode: number;
  readonly code: string;
  readonly message: string;
  readonly expected?: string | undefined;
  readonly received?: string | undefined;
  readonly help?: string | undefined;
}

const LIBRARY_EXIT = 1;
const USAGE_EXIT = 2;

/** Set to anything to see where an error arose. */
const DEBUG_VARIABLE = "HYPERSOLVERS_DEBUG";

/**
 * Tells the user about an error, and as JSON on stdout when that is expected.
 * @param table the options of the command: advice calls them by their flags.
 * @returns the exit code.
 */
export async function reportFailure(
  error: unknown,
  output: Output,
  {
    asJson,
    command,
    table = {},
  }: { readonly asJson: boolean; readonly command: string; readonly table?: Table | undefined },
): Promise<number> {
  const { exitCode, ...failure } = await failureOf(error, `see \`${command} --help\``);
  const facts = failure.code.startsWith("STEP_") ? withFlags(failure, table) : failure;
  const { code, message, expected, received, help } = facts;
  const details = Object.entries({ expected, received, help }).flatMap(([name, text]) =>
    text === undefined ? [] : [`  ${name}: ${text}`],
  );
  output.note([`error: ${code}: ${message}`, ...details].join("\n"));
  if (process.env[DEBUG_VARIABLE] !== undefined && error instanceof Error) output.note(error.stack ?? "");
  if (asJson) output.result(jsonText({ error: facts }));
  return exitCode;
}

/** What ended a solve advises options by their names in code. */
function withFlags<F extends Pick<Failure, "received">>(failure: F, table: Table): F {
  const received = failure.received?.replaceAll(/\b(maxSteps|rtol|atol)\b/g, (name) => {
    const row = table[name];
    return row === undefined ? name : (flagOf(name, row) ?? name);
  });
  return { ...failure, received };
}

/** A failure as JSON. */
export async function failureJson(error: unknown): Promise<{ readonly error: object }> {
  const { exitCode: _, ...facts } = await failureOf(error, "");
  return { error: facts };
}

async function failureOf(error: unknown, advice: string): Promise<Failure> {
  if (error instanceof UsageError) {
    const { option, expected, received, help = advice } = error.facts;
    const message = `The command line is not usable (${option}).`;
    return {
      exitCode: USAGE_EXIT,
      code: "USAGE",
      message,
      expected,
      received,
      help,
    };
  }
  if (error instanceof CommanderError) return commanderFailure(error, advice);
  const { isHypersolversError } = await import("../../tensor/index.js");
  if (isHypersolversError(error)) return libraryFailure(error);
  return {
    exitCode: LIBRARY_EXIT,
    code: "UNEXPECTED",
    message: error instanceof Error ? error.message : String(error),
    help: `this is a bug of ours; run again with ${DEBUG_VARIABLE}=1 to see where, and report it`,
  };
}

function libraryFailure({ code, message, facts }: HypersolversError): Failure {
  const { expected, received, help } = facts;
  return {
    exitCode: code === "INTERRUPTED" ? interruptedExit() : LIBRARY_EXIT,
    code,
    message: message.split("\n", 1)[0] ?? message,
    expected,
    received,
    help,
  };
}

/** Commander's own complaints: unknown options, missing arguments, with its suggestions. */
function commanderFailure({ message }: CommanderError, help: string): Failure {
  const text = message.replace(/^error: /, "").replaceAll("\n", " ");
  return {
    exitCode: USAGE_EXIT,
    code: "USAGE",
    message: `The command line is not usable: ${text}.`.replace(/\.+$/, "."),
    help,
  };
}
