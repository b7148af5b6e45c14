import { expect, test } from "vitest";
import type { Store } from "../../../../src/experiments/index.js";
import { noStore } from "../../../../src/experiments/kit/store.js";
import { searchClassical } from "../../../../src/experiments/tune/classical-search.js";
import { startDeadline } from "../../../../src/experiments/tune/deadline.js";
import { resolveTune, tuneGround } from "../../../../src/experiments/tune/ground.js";
import { searchMeshes } from "../../../../src/experiments/tune/mesh-search.js";
import { type Search, startSearch } from "../../../../src/experiments/tune/search.js";
import { add, div, exp, mul, neg } from "../../../../src/graph/index.js";
import { normalStates } from "../../../../src/hypersolver/index.js";
import { defineField, denoiserField, exponentialMethods, multistep } from "../../../../src/ode/index.js";

test("fewer steps do on meshes that suit the field, and a ledger keeps them by their spelling", async () => {
  // z' = −8 e^(−4s) z: nearly all happens in the first third.
  const field = defineField(["batch", 2], (s, z) => mul(mul(-8, exp(mul(neg(s), 4))), z));
  const spec = resolveTune(field, { error: 3e-2, relative: true, samples: 32, seconds: 60 });
  const files = new Map<string, Uint8Array>();
  const store: Store = {
    read: async (name) => files.get(name),
    write: async (name, content) => void files.set(name, content),
    remove: async (name) => void files.delete(name),
  };
  const machine = { threads: 1 };
  const ground = await tuneGround(field, spec, normalStates([2]), machine);
  const searched = async (resume: boolean): Promise<Search> => {
    const deadline = startDeadline(60, machine);
    const search = startSearch(ground, { store, resume }, deadline, machine);
    await searchClassical(search, 20);
    await searchMeshes(search, 20);
    deadline.release();
    return search;
  };
  const { trials, meets } = await searched(false);
  const fewest = (kind: RegExp): number =>
    Math.min(
      ...trials
        .filter(({ record }) => meets(record) && kind.test(record.name))
        .map(({ record }) => record.nfe),
    );
  expect(fewest(/mesh$/)).toBeLessThan(fewest(/:\d+$/));
  const again = (await searched(true)).trials;
  const onMeshes = trials.filter(({ record }) => record.name.endsWith("mesh"));
  expect(onMeshes.map(({ record }) => record.spelling)).toContainEqual(expect.stringMatching(/:0\/.*\/1$/));
  for (const { record, method } of onMeshes) {
    const kept = again.find((trial) => trial.record.name === record.name);
    expect([kept?.record, kept?.method.text]).toEqual([record, method.text]);
  }
});

test("methods of fields that lead from noise to data are tried on meshes, too", async () => {
  // A perfect predictor of normal data of deviation 0.3, told σ.
  const network = defineField(["batch", 2], (t, x) => mul(x, div(0.09, add(0.09, mul(t, t)))));
  const field = denoiserField(network, {
    prediction: "x0",
    schedule: { kind: "exploding", low: 0.01, high: 10 },
  });
  const spec = resolveTune(field, { error: 10, samples: 8, seconds: 60 });
  const machine = { threads: 1 };
  const ground = await tuneGround(field, spec, normalStates([2]), machine);
  const deadline = startDeadline(60, machine);
  const search = startSearch(ground, { store: noStore, resume: false }, deadline, machine);
  const method = multistep(exponentialMethods.dpmpp2m, { steps: 3 });
  await search.try({
    name: method.text,
    family: "classical",
    settings: {},
    make: async () => ({ method }),
    load: () => method,
  });
  await searchMeshes(search, 20);
  deadline.release();
  expect(search.trials.map(({ record }) => record.name)).toContain("dpmpp2m:2 on a chosen mesh");
});
