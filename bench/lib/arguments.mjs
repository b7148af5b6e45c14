// @ts-check
/** What the command line asks for. */
import { parseArgs } from "node:util";
import { fail } from "./process.mjs";

export const usage = `usage: node bench/main.mjs [--only NAMES] [--rounds N] [--quick] [--json FILE]
  --only NAMES   subjects to run, separated by commas
  --rounds N     rounds in which the sides take turns (default 5)
  --quick        one round of one repetition, few cases: shows that everything works, measures nothing
  --json FILE    also write the results as JSON
environment: PEER_PYTHON (default /usr/bin/python3), TORCHDIFFEQ (checkout), PEER_ENV ("NAME=value …" for the peer)`;

/**
 * @param {string[]} args
 * @param {readonly string[]} known names of subjects
 */
export function readArguments(args, known) {
  const values = parsed(args);
  const only = values.only?.split(",").map((name) => name.trim()) ?? known;
  const strangers = only.filter((name) => !known.includes(name));
  if (strangers.length > 0)
    throw fail(`--only: no subject ${strangers.join(", ")}; there are ${known.join(", ")}`);
  const rounds = Number(values.rounds ?? 5);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw fail(`--rounds: expected a positive integer, got ${values.rounds}`);
  return { only, rounds, quick: values.quick === true, json: values.json, help: values.help === true };
}

/** @param {string[]} args */
function parsed(args) {
  try {
    return parseArgs({
      args,
      options: {
        only: { type: "string" },
        rounds: { type: "string" },
        json: { type: "string" },
        quick: { type: "boolean" },
        help: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw fail(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
}
