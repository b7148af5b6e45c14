import type { Contestant, Costs } from "./contest.js";

/** What tells by itself what it cost. */
interface Told {
  readonly statistics: Costs & { readonly milliseconds: number };
}

/** A contestant that is compiled once, and whose results tell what they cost. */
export const compiledContestant = <Compiled extends { dispose(): Promise<void> }, Case, Result extends Told>(
  method: string,
  compile: () => Promise<Compiled>,
  run: (compiled: Compiled, of: Case) => Promise<Result>,
): Contestant<Case, Result> => ({
  method,
  prepare: async () => {
    const compiled = await compile();
    return {
      run: async (of) => {
        const result = await run(compiled, of);
        return { result, costs: result.statistics, milliseconds: result.statistics.milliseconds };
      },
      dispose: () => compiled.dispose(),
    };
  },
});
