import { type FieldSolution, type Method, orThrow, solveField } from "../../../ode/index.js";
import type { JobResult } from "../../command.js";
import { compileOptions } from "../../files/models.js";
import { placeName } from "../../files/standard-input.js";
import { plainJob, type SpecJob } from "../../options/spec-command.js";
import { onInterrupt } from "../../terminal/interruption.js";
import { jsonOf, textOf, warnOfResult } from "./answer.js";
import { type CheckAsk, type FinerSolve, finerSolve } from "./check.js";
import { guardedAnswer } from "./guarded.js";
import { type SolveRequest, type SolveRun, solveRequest } from "./request.js";
import { statesContent } from "./states-file.js";
import { solveTable } from "./table.js";

/** `hypersolvers solve`. */
export const solveJob: SpecJob<typeof solveTable> = plainJob(
  solveTable,
  async (options, { output, asJson }) => {
    const request = await solveRequest(options, { output, asJson });
    const { signal, release } = onInterrupt(output, "Stopping the solve.");
    const { guard } = options;
    const answer =
      guard === undefined
        ? plainAnswer(request, { options, signal, output })
        : guardedAnswer(request, { guard, options, signal, output });
    return answer.finally(release);
  },
);

async function plainAnswer(
  { field, samples, chosen, place, table, warnings }: SolveRequest,
  { options, signal, output }: SolveRun,
): Promise<JobResult> {
  const { method } = chosen;
  const machine = { ...compileOptions(options), signal };
  const began = performance.now();
  const { solution, check } = await solved(
    { field, ...samples, place, options: machine },
    method,
    options.check === true,
  );
  const whole = performance.now() - began;
  const failed = solution.status !== "success";
  const kept = failed && options.keepPartial !== true ? undefined : table;
  const file = kept?.path;
  await kept?.write(statesContent(solution, { stacked: options.times !== undefined, field: options.field }));
  if (failed && file !== undefined) output.note(`The part that was reached is in ${placeName(file)}.`);
  orThrow(solution);
  const found = warnOfResult(field, solution, method, check, output);
  return {
    text: textOf(solution, method.text, { out: file, check, whole }),
    json: jsonOf(solution, method.text, { out: file, check, whole, warnings: [...warnings, ...found] }),
  };
}

async function solved(
  ask: CheckAsk,
  method: Method,
  isChecked: boolean,
): Promise<{ readonly solution: FieldSolution; readonly check: FinerSolve | undefined }> {
  const { field, z0, controls, place, options } = ask;
  const solution = await solveField(field, z0, { ...options, ...place, method, controls });
  const isSound = isChecked && solution.status === "success";
  return { solution, check: isSound ? await finerSolve(solution, method, ask) : undefined };
}
