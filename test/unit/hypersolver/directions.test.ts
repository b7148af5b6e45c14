import { describe, expect, test } from "vitest";
import { parseCard } from "../../../src/hypersolver/files/card.js";
import {
  cardWarnings,
  type Fit,
  hyper,
  measureMethod,
  uniformStates,
} from "../../../src/hypersolver/index.js";
import { drawnStates, referenceEnds } from "../../../src/hypersolver/internal.js";
import { randomPairs, reversed, targetPairs } from "../../../src/hypersolver/reference/mesh-pairs.js";
import { columnValues } from "../../../src/hypersolver/reference/row-table.js";
import { RESIDUAL, residualData } from "../../../src/hypersolver/reference/training-data.js";
import { adaptive, dopri5, fixed, heun, type Method, type Span } from "../../../src/ode/index.js";
import { fromNumbers, Random, toFloat64 } from "../../../src/tensor/index.js";
import { cardFor } from "../../helpers/cards.js";
import { pulse } from "../../helpers/closed-form.js";
import { fitted, pendulum, pendulumSpan, smallFit, weightsOf } from "../../helpers/fitting.js";
import { normals } from "../../helpers/flows.js";

const backwards: Span = [pendulumSpan[1], pendulumSpan[0]];

/** Mean errors of base and hypersolver from unseen states, one way: those at the other end are carried there first. */
async function errorsOf({ correction }: Fit, span: Span): Promise<[number, number]> {
  const field = pendulum();
  const drawn = smallFit.states.heldOut(200, new Random(77));
  const arrived = await referenceEnds(field, pendulumSpan, drawn);
  const samples =
    span === pendulumSpan ? drawn : { z0: fromNumbers(toFloat64(arrived), [200, 2]), controls: {} };
  const ends = await referenceEnds(field, span, samples);
  const measured = async (method: Method): Promise<number> =>
    (await measureMethod(field, method, span, samples, ends)).errors.mean;
  return [await measured(fixed(heun, { steps: 1 })), await measured(hyper(correction, { steps: 1 }))];
}

describe("a fit in both directions", () => {
  test("is far closer than its base both ways; a forward one only forwards", async () => {
    const both = await fitted(pendulum(), { ...smallFit, directions: "both", iterations: 600 });
    const forward = await fitted(pendulum(), smallFit);
    for (const span of [pendulumSpan, backwards]) {
      const [base, hyper] = await errorsOf(both, span);
      expect(hyper).toBeLessThan(base / 5);
    }
    const [there, back] = [await errorsOf(forward, pendulumSpan), await errorsOf(forward, backwards)];
    expect(there[1]).toBeLessThan(there[0] / 10);
    expect(back[1]).toBeGreaterThan(back[0] / 5);
    expect(both.spec.directions).toBe("both");
  });

  test("judges itself by both", async () => {
    // Before training each fit holds the base, whose error differs one way from the other.
    const still = { ...smallFit, iterations: 1, learningRate: 0 };
    const forward = await fitted(pendulum(), still);
    const both = await fitted(pendulum(), { ...still, directions: "both" });
    // The same validation states, carried to the other end.
    const drawn = smallFit.states.validation(512, new Random(1));
    const arrived = await referenceEnds(pendulum(), pendulumSpan, drawn);
    const z0 = fromNumbers(toFloat64(arrived), arrived.shape);
    const states = { ...smallFit.states, validation: () => ({ z0, controls: {} }) };
    const back = await fitted(pendulum(), { ...still, span: backwards, states });
    expect(Math.abs(forward.bestError - back.bestError)).toBeGreaterThan(4e-3);
    expect(both.bestError).toBeCloseTo((forward.bestError + back.bestError) / 2, 4);
  });

  test("sees every step twice, and the residual of each", async () => {
    const options = {
      ...{ field: pulse.field("float32"), span: [0, 1] as Span, steps: 2, base: heun },
      samples: { z0: normals(3, 2, 1), controls: {} },
      correction: { inputs: ["z", "epsilon", "s", "z0"] as const, features: [] },
      reference: adaptive(dopri5, { rtol: 1e-10, atol: 1e-10 }),
      random: new Random(1),
    };
    const table = await residualData({ ...options, directions: "both" } as never);
    const column = (name: string): number[] => [...toFloat64(columnValues(table, name))];
    const [epsilon, s, z, z0, residual] = ["epsilon", "s", "z", "z0", RESIDUAL].map(column) as [
      number[],
      number[],
      number[],
      number[],
      number[],
    ];
    expect(epsilon.filter((each) => each > 0)).toHaveLength(6);
    expect(epsilon.filter((each) => each < 0)).toHaveLength(6);
    epsilon.forEach((dt, i) => {
      const at = s[i] ?? Number.NaN;
      const end = dt > 0 ? 0 : 1;
      for (const j of [0, 1]) {
        const value = z[2 * i + j] ?? Number.NaN;
        // dz/ds = cos(s) z: Heun's residual in closed form.
        const exact = value * Math.exp(Math.sin(at + dt) - Math.sin(at));
        const k0 = value * Math.cos(at);
        const k1 = (value + dt * k0) * Math.cos(at + dt);
        const expected = (exact - value - (dt * (k0 + k1)) / 2) / dt ** 3;
        expect(residual[2 * i + j]).toBeCloseTo(expected, 5);
        // z0 is where a solve in this direction would have begun.
        const start = value * Math.exp(Math.sin(end) - Math.sin(at));
        expect(z0[2 * i + j]).toBeCloseTo(start, 5);
      }
    });
  });

  test.each([
    ["directions: both, loss", { loss: "trajectory" }],
    ["directions: both, loss", { loss: "both" }],
    ["directions: both, inputs", { inputs: ["z", "stages"] }],
  ] as const)("refuses what cannot work: %s %o", async (what, broken) => {
    const fit = fitted(pendulum(), { ...smallFit, directions: "both", ...broken });
    await expect(fit).rejects.toMatchObject({ code: "INVALID_ARGUMENT", facts: { what } });
  });

  test("is not what happens by default", async () => {
    const options = { ...smallFit, iterations: 3 };
    const [unsaid, said, both] = [
      await fitted(pendulum(), options),
      await fitted(pendulum(), { ...options, directions: "forward" }),
      await fitted(pendulum(), { ...options, directions: "both" }),
    ];
    expect(weightsOf(said)).toEqual(weightsOf(unsaid));
    expect(weightsOf(both)).not.toEqual(weightsOf(unsaid));
  });
});

describe("the card of a correction for both directions", () => {
  const field = pendulum();
  const about = (span: Span, card: Parameters<typeof cardFor>[1]): string =>
    cardWarnings(cardFor(field, { span: [0, 1.5], epsilon: [0.5, 1.5], ...card }), field, {
      span,
      steps: 1,
    }).join();

  test("says nothing against solves against the span; that of a forward one does", () => {
    expect(about([1.5, 0], { directions: "both" })).toBe("");
    expect(about([0, 1.5], { directions: "both" })).toBe("");
    expect(about([1.5, 0], { directions: "forward" })).toMatch(/other direction/);
    expect(about([1.5, 0], {})).toMatch(/other direction/);
    expect(about([0, 1.5], {})).toBe("");
  });

  test("still warns of steps and spans outside, either way", () => {
    for (const span of [
      [0, 3],
      [3, 0],
    ] as const) {
      expect(about(span, { directions: "both" })).toMatch(/outside the trained range/);
      expect(about(span, { directions: "both" })).toMatch(/leaves the trained span/);
      expect(about(span, { directions: "both" })).not.toMatch(/other direction/);
    }
  });

  test("is read with and without the word, not with another", () => {
    const card = cardFor(field, { directions: "both" });
    expect(parseCard(JSON.stringify(card), "card").directions).toBe("both");
    expect(parseCard(JSON.stringify(cardFor(field)), "card").directions).toBeUndefined();
    const odd = JSON.stringify({ ...card, directions: "sideways" });
    expect(() => parseCard(odd, "card")).toThrow(/directions/);
  });
});

describe("reversed steps", () => {
  test("are the same places the other way round", () => {
    const pairs = [...targetPairs([0, 1], 4), ...randomPairs([0, 1], [0.1, 0.5], 6, new Random(1))];
    expect(reversed(pairs)).toHaveLength(10);
    reversed(pairs).forEach(({ s, end }, i) => void expect([end, s]).toEqual([pairs[i]?.s, pairs[i]?.end]));
    expect(reversed(reversed(pairs))).toEqual(pairs);
  });
});

describe("states from a sampler", () => {
  const source = drawnStates("draws", (count, random) =>
    fromNumbers(
      Float32Array.from({ length: 2 * count }, () => random.normal()),
      [count, 2],
    ),
  );

  test("give as many as asked for, by seed, and never the same for two purposes", () => {
    const parts = [source.training, source.validation, source.heldOut].map((each) => each(50, new Random(1)));
    expect(parts.map(({ z0 }) => z0.shape)).toEqual(new Array(3).fill([50, 2]));
    expect(new Set(parts.flatMap(({ z0 }) => [...toFloat64(z0)])).size).toBe(300);
    expect(source.training(50, new Random(1))).toEqual(parts[0]);
    expect(source.training(50, new Random(2))).not.toEqual(parts[0]);
    expect(source).toMatchObject({ description: "draws" });
  });

  test("and those of a range draw as they did", () => {
    const { z0 } = uniformStates([2], -1, 1).training(3, new Random(5));
    const random = new Random(5).fork("training states");
    expect([...z0.data]).toEqual(Array.from({ length: 6 }, () => Math.fround(-1 + 2 * random.uniform())));
  });
});
