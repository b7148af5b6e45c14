import type { NamedTensors } from "../../runtime/index.js";
import { fail, type Tensor, zeros } from "../../tensor/index.js";
import { copiedRows, shortNumber, stackedRows } from "../../tensor/internal.js";
import { STATE_INPUT } from "../compiled/compiled-steps.js";
import type { Field } from "../field/field.js";
import { interruption } from "../problem/interruption.js";
import { plus } from "./cotangents.js";
import type { RecordedSolution } from "./recorded-solve.js";
import type { Pullback, StepVjp, StepVjps } from "./step-vjp.js";

/** Steps that were taken, and what goes back over them. */
interface Replay extends Pick<RecordedSolution, "steps" | "stepsBefore"> {
  readonly start: Tensor;
  /** ∂loss/∂z at the requested times, where the loss looks. */
  readonly cotangents: readonly (Tensor | undefined)[];
  readonly controls: NamedTensors;
  readonly signal: AbortSignal | undefined;
}

/**
 * Takes cotangents back over all steps. Several programs have each rows of their own: they go back without waiting for
 * each other, and what they collect for all rows together is added up at the end.
 * @throws INTERRUPTED
 */
export async function replayBack(
  { programs, leastRows }: StepVjps,
  field: Field,
  replay: Replay,
): Promise<Pullback> {
  const batch = replay.start.shape[0] ?? 1;
  const count = Math.min(programs.length, Math.floor(batch / leastRows));
  if (count < 2) return replayRows(programs[0] as StepVjp, replay);
  const hasRows = (name: string): boolean =>
    name === STATE_INPUT || field.graph.inputs[name]?.shape[0] === "batch";
  const edge = (i: number): number => Math.floor((i * batch) / count);
  const parts = programs
    .slice(0, count)
    .map((program, i) => replayRows(program, cutRows(replay, hasRows, edge(i), edge(i + 1))));
  // All of them, so that no thread is at work when one has failed.
  await Promise.allSettled(parts);
  return joined(await Promise.all(parts), hasRows);
}

async function replayRows(
  program: StepVjp,
  { steps, stepsBefore, start, cotangents, controls, signal }: Replay,
): Promise<Pullback> {
  const isInterrupted = interruption(signal);
  const arriving = (z: Tensor, boundary: number): Tensor =>
    cotangents.reduce<Tensor>((sum, own, i) => (stepsBefore[i] === boundary ? plus(sum, own) : sum), z);
  let pullback = program.start(arriving(zeros(start.shape, start.dtype), steps.length), controls);
  for (const [i, step] of [...steps.entries()].reverse()) {
    if (await isInterrupted())
      throw fail("INTERRUPTED", {
        what: "gradient",
        received: `stopped by its signal at s = ${shortNumber(step.s)}`,
      });
    const { z, sums } = await program.run({ ...step, z0: start }, pullback, controls);
    pullback = { z: arriving(z, i), sums };
  }
  return pullback;
}

/** The replay of rows `from` to `to`. */
function cutRows(
  { steps, start, cotangents, controls, ...rest }: Replay,
  hasRows: (control: string) => boolean,
  from: number,
  to: number,
): Replay {
  const cut = (whole: Tensor): Tensor => copiedRows(whole, from, to);
  const cutControls = Object.entries(controls).map(([name, value]) => [
    name,
    hasRows(name) ? cut(value) : value,
  ]);
  return {
    ...rest,
    steps: steps.map((step) => ({ ...step, z: cut(step.z) })),
    start: cut(start),
    cotangents: cotangents.map((own) => own && cut(own)),
    controls: Object.fromEntries(cutControls),
  };
}

function joined(parts: readonly Pullback[], hasRows: (name: string) => boolean): Pullback {
  const names = Object.keys(parts[0]?.sums ?? {});
  const sums = names.map((name) => {
    const own = parts.map(({ sums }) => sums[name] as Tensor);
    return [name, hasRows(name) ? stackedRows(own) : own.reduce(plus)];
  });
  return { z: stackedRows(parts.map(({ z }) => z)), sums: Object.fromEntries(sums) };
}
