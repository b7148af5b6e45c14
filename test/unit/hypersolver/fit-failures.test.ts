import { describe, expect, test } from "vitest";
import { log, mul, type Node, sqrt, trace } from "../../../src/graph/index.js";
import { type FitSpec, measureMethod, uniformStates } from "../../../src/hypersolver/index.js";
import { referenceEnds } from "../../../src/hypersolver/internal.js";
import { type Field, fixed, heun } from "../../../src/ode/index.js";
import { makeField } from "../../../src/ode/internal.js";
import type { ProgressEvent } from "../../../src/runtime/index.js";
import { Random } from "../../../src/tensor/index.js";
import { type FitCase, fitted, pendulum, pendulumSpan, smallFit } from "../../helpers/fitting.js";

function planar(f: (z: Node) => Node): Field {
  const graph = trace({ z: { shape: ["batch", 2] } }, ({ z }) => ({ dz: f(z) }));
  return makeField(graph, { state: "z", depth: undefined, controls: [], output: "dz" }, {});
}

describe("an interrupted fit", () => {
  test("keeps the best so far and says so", async () => {
    const abort = new AbortController();
    const onProgress = ({ stage, done }: ProgressEvent) => {
      if (stage === "fitting" && done >= 150) abort.abort();
    };
    const fit = await fitted(pendulum(), { ...smallFit, onProgress, signal: abort.signal });
    expect(fit).toMatchObject({ status: "interrupted", iterations: 150 });
    expect(fit.losses.at(-1)?.iteration).toBe(150);
    const samples = smallFit.states.heldOut(200, new Random(77));
    const ends = await referenceEnds(pendulum(), pendulumSpan, samples);
    const base = fixed(heun, { steps: 1 });
    const { errors } = await measureMethod(pendulum(), base, pendulumSpan, samples, ends);
    expect(fit.bestError).toBeLessThan(errors.mean / 3);
  });

  test("by a timer stops too: training lets the event loop run", async () => {
    const abort = new AbortController();
    let begun = false;
    const onProgress = ({ stage }: ProgressEvent): void => {
      if (stage === "fitting" && !begun) setTimeout(() => abort.abort(), 100);
      begun ||= stage === "fitting";
    };
    const endless = { ...smallFit, iterations: 1_000_000, onProgress, signal: abort.signal };
    const fit = await fitted(pendulum(), endless);
    expect(fit.status).toBe("interrupted");
    expect(fit.iterations).toBeLessThan(1_000_000);
  });

  test("while references are solved is an error: there is nothing to keep", async () => {
    const before = AbortSignal.abort();
    await expect(fitted(pendulum(), { ...smallFit, signal: before })).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
    const abort = new AbortController();
    const onProgress = ({ stage }: ProgressEvent) => stage === "solving references" && abort.abort();
    const during = { ...smallFit, trajectories: 5000, onProgress, signal: abort.signal };
    await expect(fitted(pendulum(), during)).rejects.toMatchObject({ code: "INTERRUPTED" });
  });
});

describe("a fit that cannot go well", () => {
  test("with an absurd learning rate keeps the untrained correction, or says that the loss broke", async () => {
    for (const learningRate of [1e3, 1e6]) {
      const outcome = await fitted(pendulum(), { ...smallFit, iterations: 60, learningRate }).catch(
        (error: unknown) => error,
      );
      if (outcome instanceof Error) expect(outcome).toMatchObject({ code: "NON_FINITE" });
      else {
        const { bestError } = outcome as Awaited<ReturnType<typeof fitted>>;
        const untrained = await fitted(pendulum(), { ...smallFit, iterations: 1, learningRate: 0 });
        expect(bestError).toBeLessThanOrEqual(untrained.bestError);
      }
    }
  });

  test("of a field that is NaN on some states names the failure", async () => {
    const field = planar((z) => log(z));
    await expect(fitted(field, { ...smallFit, iterations: 5 })).rejects.toMatchObject({
      code: "NON_FINITE",
    });
  });

  test("of a field that blows up within the span ends with a typed error", async () => {
    // z' = z² from z0 > 1/1.5 reaches infinity before the end.
    const field = planar((z) => mul(z, z));
    const states = uniformStates([2], 1, 2);
    await expect(fitted(field, { ...smallFit, iterations: 5, states })).rejects.toMatchObject({
      code: expect.stringMatching(/NON_FINITE|STEP_UNDERFLOW|STEP_LIMIT/),
    });
  });

  test("of a field that the reference can solve and a base step leaves", async () => {
    // z' = −10 z^1.5 stays positive, but z + ε f is far below zero.
    const field = planar((z) => mul(mul(z, sqrt(z)), -10));
    const options = { ...smallFit, iterations: 5, states: uniformStates([2], 1, 2), span: [0, 0.5] as const };
    await expect(fitted(field, options)).rejects.toMatchObject({
      code: "NON_FINITE",
      facts: { what: expect.stringContaining("k1"), help: expect.stringContaining("more steps") },
    });
  });

  test.each([
    ["iterations", { iterations: 0 }],
    ["batch", { batch: 1.5 }],
    ["steps", { steps: -1 }],
    ["trajectories", { trajectories: Number.NaN }],
    ["span", { span: [1, 1] }],
    ["span", { span: [0, Number.POSITIVE_INFINITY] }],
    ["epsilon", { epsilon: [0, 1] }],
    ["epsilon", { epsilon: [0.5, 0.1] }],
    ["epsilon", { epsilon: [Number.NaN, 0.1] }],
    ["swapEvery", { swapEvery: 0 }],
    ["pretrain", { pretrain: -1 }],
    ["learningRate", { learningRate: Number.NaN }],
  ] satisfies [string, Partial<FitSpec>][])(
    "refuses an unusable %s before any work",
    async (what, broken) => {
      const outcome = fitted(pendulum(), { ...smallFit, iterations: 2, ...broken });
      await expect(outcome).rejects.toMatchObject({ code: "INVALID_ARGUMENT", facts: { what } });
    },
  );
});

describe("mini-batches", () => {
  const schedule = (pretrain: number, swapEvery: number, iterations = 6) =>
    lossesOf({ ...smallFit, iterations, batch: 16, learningRate: 0, pretrain, swapEvery });

  /** With learning rate 0 the loss of an iteration tells which batch it saw. */
  async function lossesOf(options: FitCase): Promise<number[]> {
    const { losses } = await fitted(pendulum(), options);
    return losses.map(({ loss }) => loss);
  }

  test("change every `swapEvery` iterations, after `pretrain` on the first", async () => {
    expect(groups(await schedule(0, 1))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(groups(await schedule(0, 2))).toEqual([0, 0, 1, 1, 2, 2]);
    expect(groups(await schedule(3, 1))).toEqual([0, 0, 0, 1, 2, 3]);
    expect(groups(await schedule(3, 2))).toEqual([0, 0, 0, 1, 1, 2]);
    expect(groups(await schedule(9, 1))).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("do not depend on how often they change: the same batches in the same order", async () => {
    const [each, doubled] = [await schedule(0, 1), await schedule(0, 2)];
    expect([doubled[0], doubled[2], doubled[4]]).toEqual(each.slice(0, 3));
  });

  /** Numbers equal neighbors alike. */
  function groups(losses: readonly number[]): number[] {
    let group = 0;
    return losses.map((loss, i) => {
      if (i > 0 && loss !== losses[i - 1]) group++;
      return group;
    });
  }
});
