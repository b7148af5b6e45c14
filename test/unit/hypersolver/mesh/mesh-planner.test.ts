import { describe, expect, test } from "vitest";
import { withMeshes } from "../../../../src/experiments/internal.js";
import { exp, mul, neg } from "../../../../src/graph/index.js";
import { measureMethod, meshPlanner, normalStates, parseMethod } from "../../../../src/hypersolver/index.js";
import { referenceEnds } from "../../../../src/hypersolver/measure/measure.js";
import { shortestMesh } from "../../../../src/hypersolver/mesh/shortest-mesh.js";
import { ab2, defineField, euler, fixed, heun, midpoint, multistep } from "../../../../src/ode/index.js";
import { Random } from "../../../../src/tensor/index.js";

/** Every way from 0 to `last` in so many steps. */
function ways(last: number, steps: number, from = 0): number[][] {
  if (steps === 1) return [[from, last]];
  const next = Array.from({ length: last - from - 1 }, (_, i) => from + i + 1);
  return next.flatMap((to) => ways(last, steps - 1, to).map((way) => [from, ...way]));
}

describe("shortestMesh", () => {
  const last = 7;
  const random = new Random(3);
  const table = Array.from({ length: last + 1 }, () =>
    Array.from({ length: last + 1 }, () =>
      random.uniform() < 0.15 ? Number.POSITIVE_INFINITY : random.uniform(),
    ),
  );
  const cost = (from: number, to: number): number => table[from]?.[to] ?? Number.NaN;
  const total = (way: readonly number[], weight: number): number =>
    way.slice(1).reduce((sum, to, k) => sum + weight ** k * cost(way[k] ?? 0, to), 0);

  test.each([0.5, 1, 1.5])("is the best of all ways, weight %d", (weight) => {
    for (let steps = 1; steps <= last; steps++) {
      const all = ways(last, steps).map((way) => total(way, weight));
      const found = shortestMesh(cost, last, steps, weight);
      const best = Math.min(...all);
      if (best === Number.POSITIVE_INFINITY) expect(found).toBeUndefined();
      else {
        expect(found).toHaveLength(steps + 1);
        expect(total(found ?? [], weight)).toBeCloseTo(best, 12);
      }
    }
  });

  test("is nothing where there are fewer points than steps", () => {
    expect(shortestMesh(() => 1, 3, 4, 1)).toBeUndefined();
  });
});

describe("meshPlanner", () => {
  // z' = −8 e^(−4s) z: nearly all happens in the first third.
  const field = defineField(["batch", 2], (s, z) => mul(mul(-8, exp(mul(neg(s), 4))), z));
  const states = normalStates([2]);
  const span = [0, 1] as const;
  const planner = meshPlanner(field, { span }, { states }, { threads: 1 });
  const held = states.heldOut(64, new Random(9));
  const errorOf = async (method: Parameters<typeof measureMethod>[1]): Promise<number> => {
    const ends = await referenceEnds(field, span, held);
    return (await measureMethod(field, method, span, held, ends, { threads: 1 })).errors.mean;
  };

  test.each([fixed(euler, { steps: 6 }), fixed(midpoint, { steps: 4 }), multistep(ab2, { steps: 6 })])(
    "puts the steps of $text where the field changes, and spells them",
    async (method) => {
      const planned = await (await planner).plan(method);
      const mesh = "mesh" in planned.grid ? planned.grid.mesh : [];
      const steps = "steps" in method.grid ? method.grid.steps : 0;
      expect([mesh.length, mesh[0], mesh.at(-1)]).toEqual([steps + 1, 0, 1]);
      expect(mesh[1]).toBeLessThan(1 / steps);
      expect(await errorOf(planned)).toBeLessThan(0.7 * (await errorOf(method)));
      expect(parseMethod(planned.text)).toMatchObject({ grid: planned.grid });
    },
  );

  test("leaves a single step as it is, and equal ones where none are better", async () => {
    const one = fixed(heun, { steps: 1 });
    expect(await (await planner).plan(one)).toBe(one);
    const constant = defineField(["batch", 2], (_s, z) => mul(z, 0));
    const still = await meshPlanner(constant, { span }, { states }, { threads: 1 });
    const three = fixed(euler, { steps: 3 });
    expect(await still.plan(three)).toBe(three);
  });

  test("refuses given points and a span of no length, and heeds a stop", async () => {
    const given = fixed(heun, { mesh: [0, 0.5, 1] });
    await expect((await planner).plan(given)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    const nowhere = meshPlanner(field, { span: [1, 1] }, { states });
    await expect(nowhere).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    const stopped = meshPlanner(field, { span }, { states }, { signal: AbortSignal.abort(), threads: 1 });
    await expect(stopped).rejects.toMatchObject({ code: "INTERRUPTED" });
  });

  test("gives every method of several steps a second entry in a contest", async () => {
    const methods = [fixed(euler, { steps: 1 }), fixed(midpoint, { steps: 4 })];
    const all = await withMeshes(
      methods.map((method) => ({ method, role: "other" })),
      await planner,
    );
    expect(all.map(({ title, method }) => title ?? method.text)).toEqual([
      "euler:1",
      "midpoint:4",
      "midpoint, chosen mesh",
    ]);
  });
});
