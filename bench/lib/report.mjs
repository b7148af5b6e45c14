// @ts-check
/** Results as tables of text. */

/**
 * One measured way, with what else is known of it.
 * @typedef {object} Row
 * @property {string} label
 * @property {import("./measure.mjs").Statistics} [time]
 * @property {Record<string, number>} facts
 */

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {Row[]} rows
 * @property {Record<string, number>} ratios how many times faster we are, by what
 * @property {string[]} notes
 */

/** @typedef {{ subject: string, title: string, unit: string, cases: Case[] }} Result */

/** A number with three or four significant digits. @param {number} value */
export function format(value) {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size < 1e-3 || size >= 1e5 ? value.toExponential(1) : value.toPrecision(size < 1 ? 3 : 4);
}

/** @param {Row} row @param {string} unit */
function cells({ label, time, facts }, unit) {
  const times = time && {
    [unit]: format(time.median),
    best: format(time.best),
    "rounds low–high": `${format(time.low)}–${format(time.high)}`,
    runs: `${time.rounds.length}×${time.repetitions}`,
  };
  const rest = Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, format(value)]));
  return { "": label, ...times, ...rest };
}

/** @param {Case} subject @param {string} unit */
function printCase({ name, rows, ratios, notes }, unit) {
  const records = rows.map((row) => /** @type {Record<string, string>} */ (cells(row, unit)));
  const columns = [...new Set(records.flatMap(Object.keys))];
  const lines = [Object.fromEntries(columns.map((column) => [column, column])), ...records].map((record) =>
    columns.map((column) => record[column] ?? "–"),
  );
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  console.log(`  ${name}`);
  for (const line of lines) {
    const padded = line.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
    );
    console.log(`    ${padded.join("  ")}`);
  }
  for (const [what, ratio] of Object.entries(ratios)) console.log(`    ${ratio.toPrecision(3)}x ${what}`);
  for (const note of notes) console.log(`    ${note}`);
}

/** @param {Result} result */
export function printResult({ subject, title, unit, cases }) {
  console.log(`\n${subject}: ${title}`);
  for (const one of cases) printCase(one, unit);
}
