import type { AdaptiveMethod, Field, Span } from "../../ode/index.js";
import type { CompileOptions } from "../../runtime/index.js";
import { type Broken, fail, isBroken, rows, type Tensor, unlessItBreaks } from "../../tensor/index.js";
import { pickRows, stackedRows } from "../../tensor/internal.js";
import { compileReference, type Reference } from "../reference/reference.js";
import { mapSamples, type Samples } from "../states/states.js";

/** Samples that even the reference cannot solve, with what it said of the first. */
export interface DroppedSamples extends Broken {
  /** Their numbers among all, counted from 0. */
  readonly rows: readonly number[];
}

/** How long references may take. */
interface Patience {
  /**
   * Where it says so, samples that broke together are left out together: to look for those among them that can be solved takes as
   * long as each needs to break. Default: never.
   */
  readonly isLate?: (() => boolean) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The samples that methods can be compared on. */
interface SolvableSamples {
  readonly samples: Samples;
  /** Reference states at the end of the span, one a sample. */
  readonly ends: Tensor;
  /** Absent when all could be solved. */
  readonly dropped?: DroppedSamples;
  /** See `SolveStatistics.jumps`. */
  readonly jumps?: number;
}

/**
 * Reference states at the end of a span, sample by sample where the batch cannot be solved as a whole: a trajectory that
 * runs into infinity costs itself, not the measurement.
 * @throws NON_FINITE when not one sample can be solved; INTERRUPTED.
 */
export async function solvableSamples(
  field: Field,
  span: Span,
  samples: Samples,
  method: AdaptiveMethod,
  options: CompileOptions = {},
  patience: Patience = {},
): Promise<SolvableSamples> {
  const reference = await compileReference(field, method, options);
  try {
    const count = samples.z0.shape[0] ?? 0;
    const parts = await partsOf({ reference, span, samples, ...patience }, 0, count);
    const dropped = parts.filter(isBrokenPart);
    const [first] = dropped;
    const solved = parts.flatMap((part) => (isBrokenPart(part) ? [] : [part]));
    const ends = solved.map((part) => part.ends);
    const jumps = solved.reduce((total, part) => total + (part.jumps ?? 0), 0);
    const met = jumps > 0 && { jumps };
    if (first === undefined) return { samples, ends: stackedRows(ends), ...met };
    const { broken, reason } = first;
    if (solved.length === 0) {
      const isUnsearched = dropped.some((part) => part.to - part.from > 1);
      throw fail("NON_FINITE", {
        what: "measuring",
        expected: "states that the reference can solve",
        received: `none of ${count}${isUnsearched ? " together, and no time to find those that can be solved" : ""}; the first: ${reason}`,
        help: `give ${isUnsearched ? "more time (tune: --seconds), " : ""}other states, or a shorter span`,
      });
    }
    const kept = solved.flatMap(rowsOfPart);
    return {
      samples: mapSamples(samples, (value) => pickRows(value, kept)),
      ends: stackedRows(ends),
      dropped: { broken, reason, rows: dropped.flatMap(rowsOfPart) },
      ...met,
    };
  } finally {
    await reference.dispose();
  }
}

interface Part {
  readonly from: number;
  readonly to: number;
}
type SolvedPart = Part & { readonly ends: Tensor; readonly jumps?: number };
type BrokenPart = Part & Broken;

const rowsOfPart = ({ from, to }: Part): number[] => Array.from({ length: to - from }, (_, i) => from + i);

const isBrokenPart = (part: SolvedPart | BrokenPart): part is BrokenPart => isBroken(part);

interface Halving extends Patience {
  readonly reference: Reference;
  readonly span: Span;
  readonly samples: Samples;
}

/** Halves what breaks until the rows that break stand alone, or it is too late. */
async function partsOf(site: Halving, from: number, to: number): Promise<(SolvedPart | BrokenPart)[]> {
  const { reference, span, samples, isLate, signal } = site;
  const { z0, controls } = mapSamples(samples, (value) => rows(value, from, to));
  const solved = await unlessItBreaks(reference.solve(z0, span, controls, signal));
  if (!isBroken(solved)) {
    const { states, jumps } = solved;
    return [{ from, to, ends: states.at(-1) as Tensor, ...(jumps !== undefined && { jumps }) }];
  }
  if (to - from === 1 || isLate?.() === true) return [{ from, to, ...solved }];
  const middle = Math.floor((from + to) / 2);
  return [...(await partsOf(site, from, middle)), ...(await partsOf(site, middle, to))];
}

/** `; 2 more could not be solved and are left out: rows 3, 17`, or nothing. */
export function droppedText(dropped: DroppedSamples | undefined): string {
  if (dropped === undefined) return "";
  const { rows: numbers, reason } = dropped;
  const named = numbers.slice(0, NAMED_ROWS).join(", ") + (numbers.length > NAMED_ROWS ? ", …" : "");
  const subject = numbers.length === 1 ? "1 more, row" : `${numbers.length} more, rows`;
  return ` (${subject} ${named}, could not be solved and ${numbers.length === 1 ? "is" : "are"} left out: ${firstLine(reason)})`;
}

const NAMED_ROWS = 8;

/** What the solver said, without code and advice. */
const firstLine = (reason: string): string =>
  (/received: (.*)/.exec(reason)?.[1] ?? reason.split("\n", 1)[0] ?? "").replace(/\.$/, "");
