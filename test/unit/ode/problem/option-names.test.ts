import { expect, test } from "vitest";
import { neg } from "../../../../src/graph/index.js";
import {
  compileGradient,
  compileSolve,
  defineField,
  heun,
  type SolveOptions,
  solve,
  solveField,
} from "../../../../src/ode/index.js";
import { tensor } from "../../../../src/tensor/index.js";

const decay = defineField(["batch", 1], (_s, z) => neg(z));
/** As plain JavaScript gives them: no compiler has looked. */
const untyped = (options: Readonly<Record<string, unknown>>): SolveOptions => options as SolveOptions;

test.each([
  [{ span: [0, 1], steps: 4 }, "steps", "heun:4"],
  [{ span: [0, 1], rtol: 1e-3 }, "rtol", "dopri5@1e-5"],
  [{ span: [0, 1], rule: heun }, "rule", "call it method"],
  [{ span: [0, 1], correction: {} }, "correction", "hyper(correction"],
  [{ span: [0, 1], spam: 1 }, "spam", "did you mean span?"],
])("%j is refused at every door, with the place where it belongs", async (options, name, help) => {
  const given = untyped(options);
  const doors = {
    solve: () => solve((_s, y) => [-(y[0] ?? 0)], [1], given),
    compileSolve: () => compileSolve(decay, given as object),
    compileGradient: () => compileGradient(decay, given as object),
  };
  for (const [door, open] of Object.entries(doors))
    await expect(open()).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { what: `${door}: ${name}`, help: expect.stringContaining(help) },
    });
});

test("options left undefined are no options", async () => {
  const given = untyped({ span: [0, 1], method: "rk4:4", steps: undefined });
  await expect(solve((_s, y) => [-(y[0] ?? 0)], [1], given)).resolves.toMatchObject({ status: "success" });
});

test("a tableau is no method yet: the message says how it becomes one", async () => {
  await expect(compileSolve(decay, { span: [0, 1], method: heun as never })).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
    facts: {
      received: "the tableau heun, without steps or tolerances",
      help: expect.stringContaining("fixed("),
    },
  });
});

test("solveField hands controls to the run, and everything else to the solve", async () => {
  const z0 = tensor("float32", [2, 1], Float32Array.of(1, 1));
  const { status } = await solveField(decay, z0, { span: [0, 1], method: "heun:2", controls: {} });
  expect(status).toBe("success");
});
