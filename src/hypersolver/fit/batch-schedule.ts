import type { NamedTensors } from "../../runtime/index.js";
import type { Batches } from "../reference/row-table.js";

/**
 * The mini-batches of iterations that are asked for in order, one of every table.
 * @param numberOf which mini-batch an iteration sees. Default: each its own.
 */
export function batchSchedule(
  tables: Readonly<Record<string, Batches>>,
  numberOf: (iteration: number) => number = (iteration) => iteration,
): (iteration: number) => NamedTensors {
  const draw = (): NamedTensors =>
    Object.fromEntries(Object.entries(tables).map(([name, batches]) => [name, batches.next()]));
  let current = draw();
  let number = 0;
  // What a resumed fit does not see is drawn all the same, so that it sees what comes afterwards.
  return (iteration) => {
    for (; number < numberOf(iteration); number++) current = draw();
    return current;
  };
}
