import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { operators } from "../../src/graph/internal.js";
import { chromiumPath, quiet } from "../../test/browser/chromium.js";
import { serve } from "../../test/browser/serve.js";
import { FLOAT32_FORWARD, SAME_NUMERICS } from "../../test/helpers/tolerances.js";
import type { OperatorCase, OperatorDifference } from "../operators/operator-cases.js";

/** What the page offers: `operators/main.ts`. */
interface Operators {
  operatorCases(seed: number, count: "first" | "all"): readonly OperatorCase[];
  runCase(asked: OperatorCase): Promise<OperatorDifference>;
}
/** Which examples are drawn. */
interface Draw {
  readonly seed: number;
  readonly count: "first" | "all";
}
type Outcome = OperatorCase & (OperatorDifference | { readonly failure: string });

/** WebAssembly adds long sums in fewer lanes than a CPU's kernels: 2.1e-6 was seen in a sum. */
const FLOAT32_WASM = 2 * FLOAT32_FORWARD;
/** Inputs and constants compute nothing. */
const LEAVES = 2;
/** How many seeds draw examples; without, one seed and each operator's first. */
const seeds = Number(process.env.HYPERSOLVERS_OPERATOR_SEEDS ?? 0);
const folder = mkdtempSync(join(tmpdir(), "hypersolvers-operators-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs inside the page. */
async function compute({ seed, count }: Draw): Promise<Outcome[]> {
  const page = globalThis as unknown as Operators;
  const outcomes: Outcome[] = [];
  for (const asked of page.operatorCases(seed, count))
    outcomes.push({
      ...asked,
      ...(await page.runCase(asked).catch((error: Error) => ({ failure: error.message }))),
    });
  return outcomes;
}

const isWrong = (outcome: Outcome): boolean =>
  "failure" in outcome || outcome.float64 > SAME_NUMERICS || outcome.float32 > FLOAT32_WASM;

describe("operators in WebAssembly agree with the interpreter", () => {
  let page: Page;
  let close: () => Promise<void>;
  beforeAll(async () => {
    await build({
      configFile: fileURLToPath(new URL("../vite.config.ts", import.meta.url)),
      root: fileURLToPath(new URL("../operators", import.meta.url)),
      logLevel: "error",
      plugins: [],
      publicDir: false,
      build: { outDir: folder, rollupOptions: { input: { index: "index.html" } } },
    });
    const executablePath = chromiumPath();
    if (executablePath === undefined)
      throw new Error("No Chromium found: install one, or name it in CHROMIUM.");
    const [site, browser] = await Promise.all([
      serve(folder),
      chromium.launch({ executablePath, args: [...quiet] }),
    ]);
    page = await browser.newPage();
    await page.goto(site.address);
    close = async () => {
      await browser.close();
      await site.close();
    };
  }, 120_000);
  afterAll(() => close?.());

  const draws: readonly Draw[] =
    seeds === 0
      ? [{ seed: 7, count: "first" }]
      : Array.from({ length: seeds }, (_, i) => ({ seed: 7 + i, count: "all" }));
  test.each(draws)("examples of seed $seed, $count of each operator", async (wanted) => {
    const outcomes = await page.evaluate(compute, wanted);
    process.stdout.write(`Operators: ${outcomes.length} examples in both element types.\n`);
    expect(new Set(outcomes.map(({ op }) => op)).size).toBe(Object.keys(operators).length - LEAVES);
    expect(outcomes.filter(isWrong)).toEqual([]);
  });
});
