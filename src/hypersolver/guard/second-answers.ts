import { type CompiledSolve, orThrow } from "../../ode/index.js";
import type { Tensor } from "../../tensor/index.js";
import { pickRows, stackedRows } from "../../tensor/internal.js";
import { stateErrors } from "../measure/measure.js";
import { mapSamples, type Samples } from "../states/states.js";

/** States at the end, and what they cost a sample. */
interface SolvedRows {
  readonly end: Tensor;
  readonly nfe: number;
  readonly macs: number;
}

/** Some of the samples, solved again. */
export async function solveRows(
  solve: CompiledSolve,
  samples: Samples,
  rows: readonly number[],
): Promise<SolvedRows> {
  const { z0, controls } = mapSamples(samples, (value) => pickRows(value, rows));
  const solution = await solve.run(z0, controls);
  const { nfe, macs } = solution.statistics;
  return { end: orThrow(solution).states.at(-1) as Tensor, nfe, macs };
}

/** Answers that take the place of fast ones. */
export interface SecondAnswers {
  /** Solves those rows again that were not yet. */
  take(rows: readonly number[]): Promise<void>;
  /** How far a row that was solved again has moved; NaN where the fast answer broke. */
  moved(row: number): number;
  /** Everything, with the numbers of what was solved again, increasing, and what that cost a sample of these. */
  answer(): SolvedRows & { readonly refined: readonly number[] };
}

/** @param solve solves rows again. */
export function secondAnswers(
  fast: Tensor,
  solve: (rows: readonly number[]) => Promise<SolvedRows>,
): SecondAnswers {
  const moved = new Map<number, number>();
  const parts: { readonly rows: readonly number[]; readonly solved: SolvedRows }[] = [];
  return {
    take: async (wanted) => {
      const rows = [...new Set(wanted)].filter((row) => !moved.has(row)).sort((a, b) => a - b);
      if (rows.length === 0) return;
      const solved = await solve(rows);
      const distances = stateErrors(pickRows(fast, rows), solved.end).samples;
      for (const [i, row] of rows.entries()) moved.set(row, distances[i] ?? Number.NaN);
      parts.push({ rows, solved });
    },
    moved: (row) => moved.get(row) ?? Number.NaN,
    answer: () => {
      const mean = (of: (solved: SolvedRows) => number): number =>
        parts.reduce((sum, { rows, solved }) => sum + of(solved) * rows.length, 0) / Math.max(1, moved.size);
      return {
        end: parts.reduce((end, { rows, solved }) => replaced(end, rows, solved.end), fast),
        refined: [...moved.keys()].sort((a, b) => a - b),
        nfe: mean(({ nfe }) => nfe),
        macs: mean(({ macs }) => macs),
      };
    },
  };
}

/** The first tensor, with rows of the second in the place of some. */
function replaced(fast: Tensor, rows: readonly number[], better: Tensor): Tensor {
  const order = Array.from({ length: fast.shape[0] ?? 0 }, (_, row) => row);
  for (const [i, row] of rows.entries()) order[row] = order.length + i;
  return pickRows(stackedRows([fast, better]), order);
}
