import type { CompiledSolve } from "../../ode/index.js";

/** A solve that is compiled when first needed, and kept for the runs that follow under the same signal. */
export function keptSolve(compile: (signal: AbortSignal | undefined) => Promise<CompiledSolve>): {
  under(signal: AbortSignal | undefined): Promise<CompiledSolve>;
  dispose(): Promise<void>;
} {
  let kept: { readonly solve: CompiledSolve; readonly signal: AbortSignal | undefined } | undefined;
  return {
    under: async (signal) => {
      if (kept !== undefined && kept.signal === signal) return kept.solve;
      await kept?.solve.dispose();
      kept = undefined;
      const solve = await compile(signal);
      kept = { solve, signal };
      return solve;
    },
    dispose: async () => kept?.solve.dispose(),
  };
}
