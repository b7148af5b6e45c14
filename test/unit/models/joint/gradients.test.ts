import { describe, expect, test } from "vitest";
import { compileSolvedTask } from "../../../../src/models/joint/solved-gradient.js";
import { type SolvedTask, taskParameters } from "../../../../src/models/joint/solved-task.js";
import type { GradientSource, TaskGradient } from "../../../../src/models/joint/task-gradient.js";
import { compileFixedTask, compileHyperTask } from "../../../../src/models/joint/unrolled-gradient.js";
import { adaptive, dopri5, fieldAs, fixed, rk4 } from "../../../../src/ode/index.js";
import { fromNumbers, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { relativeDifference } from "../../../helpers/compare.js";
import { nonZeroCorrection, smallTask, trainableField } from "../../../helpers/solved-tasks.js";
import { unbroken } from "../../../helpers/unbroken.js";

const field = fieldAs(trainableField(), "float64");
const task = smallTask(field, { dtype: "float64" });

const sources: readonly [string, (of: SolvedTask) => Promise<GradientSource>][] = [
  ["in fixed steps", (of) => compileFixedTask(of, fixed(rk4, { steps: 2 }), {})],
  ["by a hypersolver", (of) => compileHyperTask(of, nonZeroCorrection(field), 2, {})],
  [
    "with step control",
    (of) => compileSolvedTask(of, { method: adaptive(dopri5, { rtol: 1e-8, atol: 1e-8 }) }, {}),
  ],
];

describe("the gradient of a task agrees with central differences in float64", () => {
  test.each(sources)("%s", async (_, compiled) => {
    const source = await compiled(task);
    const batch = task.draw(0);
    const values = taskParameters(task);
    const at = async (parameters: typeof values): Promise<TaskGradient> =>
      unbroken(await source.run(batch, parameters, nonZeroCorrection(field).parameters));
    const { gradients } = await at(values);
    const [found, expected]: [number[], number[]] = [[], []];
    const step = 1e-5;
    for (const [name, value] of Object.entries(values))
      for (const i of value.data.keys()) {
        const moved = (by: number): typeof values => {
          const data = toFloat64(value).slice();
          data[i] = (data[i] ?? 0) + by;
          return { ...values, [name]: fromNumbers(data, value.shape, "float64") };
        };
        expected.push(((await at(moved(step))).loss - (await at(moved(-step))).loss) / (2 * step));
        found.push(toFloat64(gradients[name] as Tensor)[i] ?? Number.NaN);
      }
    await source.dispose();
    expect(Math.hypot(...expected)).toBeGreaterThan(0.1);
    expect(relativeDifference(found, expected)).toBeLessThan(1e-6);
  });

  test("and the three agree where all solve exactly enough", async () => {
    const batch = task.draw(1);
    const many = await compileFixedTask(task, fixed(rk4, { steps: 10 }), {});
    const exact = await compileSolvedTask(task, { method: adaptive(dopri5, { rtol: 1e-8, atol: 1e-8 }) }, {});
    const [a, b] = [
      unbroken(await many.run(batch, taskParameters(task), {})),
      unbroken(await exact.run(batch, taskParameters(task), {})),
    ];
    await many.dispose();
    await exact.dispose();
    expect(a.metrics.end).toBeCloseTo(b.metrics.end ?? Number.NaN, 4);
    for (const [name, value] of Object.entries(a.gradients))
      expect(relativeDifference(toFloat64(value), toFloat64(b.gradients[name] as Tensor))).toBeLessThan(1e-3);
    expect(a.nfe).toBe(40);
  });
});
