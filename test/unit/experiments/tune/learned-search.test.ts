import { expect, test } from "vitest";
import { noStore } from "../../../../src/experiments/kit/store.js";
import { searchClassical } from "../../../../src/experiments/tune/classical-search.js";
import { startDeadline } from "../../../../src/experiments/tune/deadline.js";
import { resolveTune, tuneGround } from "../../../../src/experiments/tune/ground.js";
import { searchLearned } from "../../../../src/experiments/tune/learned-search.js";
import { startSearch } from "../../../../src/experiments/tune/search.js";
import { mul } from "../../../../src/graph/index.js";
import { normalStates } from "../../../../src/hypersolver/index.js";
import { defineField } from "../../../../src/ode/index.js";

test("after a stop nothing was learned for want of time, not of promise", async () => {
  const field = defineField(["batch", 2], (_s, z) => mul(z, -1));
  const stop = new AbortController();
  const context = { threads: 1, signal: stop.signal };
  const spec = resolveTune(field, { error: 1e-3, samples: 8, seconds: 60 });
  const ground = await tuneGround(field, spec, normalStates([2]), context);
  const deadline = startDeadline(60, context);
  const search = startSearch(ground, { store: noStore, resume: false }, deadline, context);
  await searchClassical(search, 0.1);
  stop.abort();
  expect(await searchLearned(search)).toBe("out of time");
  deadline.release();
});
