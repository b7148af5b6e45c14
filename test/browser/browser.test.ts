import { mkdtempSync, rmSync } from "node:fs";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { relativeDifference } from "../helpers/compare.js";
import { FLOAT32_FORWARD, SAME_NUMERICS } from "../helpers/tolerances.js";
import { type Bundle, bundle } from "./bundle.js";
import { chromiumPath, quiet } from "./chromium.js";
import { job, type Library, type Machine, type Outcome } from "./job.js";
import { serve } from "./serve.js";

interface Page {
  job(machine: Machine): Promise<Outcome>;
  refusal(): Promise<unknown>;
}

/** Sixty steps of training carry differences of rounding on. */
const TRAINED = 1e-3;
/** Step sizes follow error estimates, which differ by rounding. */
const ADAPTIVE = 1e-5;
/** What a page may weigh that solves and fits, in bytes after gzip. */
const MOST_GZIP = 140_000;

const folder = mkdtempSync(join(tmpdir(), "hypersolvers-browser-"));
const executablePath = chromiumPath();
let page: Bundle;
beforeAll(async () => {
  page = await bundle(join(folder, "site"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("the bundle for browsers", () => {
  test("has nothing of Node in it, and the bundler nothing to say", () => {
    const builtin = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));
    const foreign = /vite-browser-external|onnxruntime-node|resvg|\/dist\/[\w/]*\/node\//;
    expect(page.modules.filter((id) => builtin.has(id) || foreign.test(id))).toEqual([]);
    expect(page.modules.filter((id) => /onnxruntime-web/.test(id))).not.toEqual([]);
    expect(page.modules.filter((id) => /\/dist\/runtime\/web\//.test(id))).not.toEqual([]);
    expect(page.warnings).toEqual([]);
  });

  test("is small, apart from ONNX Runtime", () => {
    process.stdout.write(`Bundle: ${page.size.plain} bytes, ${page.size.gzip} after gzip.\n`);
    expect(page.size.gzip).toBeLessThan(MOST_GZIP);
  });
});

/** Opens the page and lets it compute. */
async function inBrowser(
  browser: Browser,
  address: string,
  machine: Machine,
): Promise<Outcome & { refusal: unknown; said: string[]; workers: number }> {
  const tab = await browser.newPage();
  const said: string[] = [];
  let workers = 0;
  tab.on("worker", () => void workers++);
  tab.on("console", (message) => void said.push(`${message.type()}: ${message.text()}`));
  tab.on("pageerror", ({ message }) => void said.push(message));
  tab.on("requestfailed", (request) => void said.push(`not loaded: ${request.url()}`));
  await tab.goto(address);
  const outcome = await tab.evaluate((asked) => (globalThis as unknown as Page).job(asked), machine);
  const spoken = [...said];
  const refusal = await tab.evaluate(() => (globalThis as unknown as Page).refusal());
  await tab.close();
  return { ...outcome, refusal, said: spoken, workers };
}

/** In CI the browser has to be there; elsewhere its tests say that they were left out. */
const wanted = executablePath !== undefined || process.env.CI !== undefined;
const title = wanted
  ? "in Chromium"
  : "in Chromium (left out: none on the PATH; `apt-get install chromium`, or name one in CHROMIUM)";

describe.runIf(wanted)(title, () => {
  let browser: Browser;
  let node: Outcome;
  beforeAll(async () => {
    if (executablePath === undefined) throw new Error("No Chromium found, which CI needs.");
    browser = await chromium.launch({ executablePath, args: [...quiet] });
    const library = (await import("./library.mjs" as string)) as Library;
    node = await job(library, { device: "cpu", threads: 1 });
  });
  afterAll(() => browser?.close());

  const isolation = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
  };
  test.each([
    ["one thread", 1, {}],
    ["two threads, on an isolated page", 2, isolation],
  ])(
    "WebAssembly computes what Node does, with %s",
    async (_, threads, headers) => {
      const site = await serve(join(folder, "site"), headers);
      try {
        const web = await inBrowser(browser, site.address, { device: "cpu", threads });
        expect(web.said).toEqual([]);
        expect(web.workers).toBe(threads - 1);
        expectSame(web, node);
        // Without a GPU there is no WebGPU, although Chromium speaks it.
        expect(web.refusal).toEqual({ code: "DEVICE_NOT_AVAILABLE", expected: "cpu or reference" });
      } finally {
        await site.close();
      }
    },
    180_000,
  );
});

function expectSame(web: Outcome, node: Outcome): void {
  const differs = (name: "fixed" | "adaptive" | "double" | "corrected"): number => {
    expect(web[name].values).toHaveLength(400);
    expect([web[name].dtype, web[name].nfe]).toEqual([node[name].dtype, node[name].nfe]);
    return relativeDifference(web[name].values, node[name].values);
  };
  expect(differs("fixed")).toBeLessThan(FLOAT32_FORWARD);
  expect(differs("adaptive")).toBeLessThan(ADAPTIVE);
  expect(differs("double")).toBeLessThan(SAME_NUMERICS);
  expect(differs("corrected")).toBeLessThan(TRAINED);
  // The two solves of different element types are two computations, not one number under two names.
  expect(relativeDifference(web.adaptive.values, web.double.values)).toBeGreaterThan(SAME_NUMERICS);
  expect(web.losses.at(-1)).toBeLessThan(web.losses[0] ?? 0);
  expect(relativeDifference(web.losses, node.losses)).toBeLessThan(TRAINED);
  expect(web.error).toBeCloseTo(node.error, 4);
  expect(web.picture).toBe(node.picture);
}
