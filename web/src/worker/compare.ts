import {
  type Competitor,
  compareMethods,
  type MeasuredRow,
  standardCompetitors,
} from "../../../src/experiments/index.js";
import { isBroken } from "../../../src/tensor/index.js";
import type { JobContext } from "./job-context.js";
import { runContext } from "./runtime.js";
import { shownOf } from "./samples.js";
import { type Room, type Subject, subjectOf } from "./subjects.js";

/** A method, measured: a point of the chart, a row of the table. */
export type ComparedRow = Pick<
  MeasuredRow,
  | "method"
  | "role"
  | "steps"
  | "tolerance"
  | "nfe"
  | "gCalls"
  | "macs"
  | "milliseconds"
  | "error"
  | "quantile95"
>;

const BUDGET = [1, 2, 4, 8, 16, 32];
const TOLERANCES = [1e-2, 1e-3, 1e-4];

/** Everything classical at every budget, and what was learned, one method after another as they are measured. */
export async function compare(
  { room }: { readonly room: Room },
  { tell, signal }: JobContext<readonly ComparedRow[]>,
): Promise<void> {
  const context = await runContext({ signal });
  const subject = subjectOf(room);
  const { field, span } = subject;
  const { samples, ends } = await shownOf(subject, context);
  for (const methods of groupsOf(subject)) {
    if (signal.aborted) return;
    const request = { field, methods, span, samples, reference: ends, repetitions: 1 };
    const rows = await compareMethods(request, { ...context, signal: undefined as never });
    tell(rows.flatMap((row) => (isBroken(row) ? [] : [plain(row)])));
  }
}

const plain = (row: MeasuredRow): ComparedRow => {
  const { method, role, steps, tolerance, nfe, gCalls, macs, milliseconds, error, quantile95 } = row;
  return { method, role, steps, tolerance, nfe, gCalls, macs, milliseconds, error, quantile95 };
};

/** By name, what was learned first. */
function groupsOf({ field, learned }: Subject): Competitor[][] {
  const correction = learned.get("correction")?.method;
  const others = [...learned].flatMap(([kind, { method }]): Competitor[] =>
    kind === "correction" ? [] : [{ method, role: "hypersolver" }],
  );
  const own =
    correction !== undefined && "correction" in correction ? { correction: correction.correction } : {};
  const usual = standardCompetitors(field, { budget: BUDGET, tolerances: TOLERANCES, ...own } as never);
  const all = [...others, ...usual].filter(({ method }) => !/^(ab|pec)/.test(method.name));
  const groups = new Map<string, Competitor[]>();
  for (const competitor of all) {
    const { title } = competitor.method;
    groups.set(title, [...(groups.get(title) ?? []), competitor]);
  }
  const rank = (group: Competitor[]): number => (group[0]?.role === "hypersolver" ? 0 : 1);
  return [...groups.values()].sort((a, b) => rank(a) - rank(b));
}
