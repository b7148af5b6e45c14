import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeNpy } from "../../src/data/index.js";
import { tensor } from "../../src/tensor/index.js";
import { type Stage, softwareGpu, stage, WAIT } from "./site.js";

const pretrained = (path: string): string =>
  fileURLToPath(new URL(`../../pretrained/${path}`, import.meta.url));

let site: Stage;
beforeAll(async () => {
  site = await stage();
});
afterAll(() => site?.close());

/** Sets a slider as a hand does. */
const slide = (page: Page, label: string, value: number): Promise<void> =>
  page.getByLabel(label, { exact: true }).first().fill(String(value));

/** A number of a panel: `mean error` of `correction`. */
async function fact(page: Page, panel: string, name: string): Promise<number> {
  const cell = page.locator(`.panel.${panel} dt`, { hasText: name }).locator("+ dd");
  await expect.poll(() => cell.textContent(), { timeout: WAIT }).not.toBe("–");
  return Number.parseFloat((await cell.textContent()) ?? "");
}

/** The bytes that a button saves. */
async function saved(page: Page, button: string): Promise<Buffer> {
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: button, exact: true }).click();
  return readFileSync(await (await waiting).path());
}

test("a flow is there at once, with a solver of two evaluations; a drawn one is trained, and fitted", async () => {
  const { page, said, open } = await site.visitor();
  await open("flow");
  const [corrected, plain] = [
    await fact(page, "correction", "mean error"),
    await fact(page, "base", "mean error"),
  ];
  expect(await fact(page, "correction", "evaluations")).toBe(2);
  expect(corrected).toBeLessThan(0.01);
  expect(plain).toBeGreaterThan(20 * corrected);
  const chart = await page.locator(".picture.chart").boundingBox();
  expect((chart?.width ?? 0) / (chart?.height ?? 1)).toBeCloseTo(2.8, 1);
  const pad = await page.locator(".pad canvas").boundingBox();
  if (pad === null) throw new Error("There is no square to draw on.");
  await page.mouse.move(pad.x + 0.3 * pad.width, pad.y + 0.3 * pad.height);
  await page.mouse.down();
  for (const [x, y] of [
    [0.7, 0.3],
    [0.7, 0.7],
    [0.3, 0.7],
    [0.3, 0.3],
  ] as const)
    await page.mouse.move(pad.x + x * pad.width, pad.y + y * pad.height, { steps: 8 });
  await page.mouse.up();
  await slide(page, "Iterations", 250);
  await page.getByRole("button", { name: "Train a flow" }).click();
  await page.getByText(/250 iterations in/).waitFor();
  await slide(page, "Iterations of the fit", 250);
  await page.getByRole("checkbox", { name: "coefficients" }).check();
  await page.getByRole("button", { name: "Fit", exact: true }).click();
  await page.getByText(/learned: correction g in .* coefficients in/).waitFor();
  expect(await fact(page, "correction", "mean error")).toBeLessThan(await fact(page, "base", "mean error"));
  expect(await fact(page, "coefficients", "evaluations")).toBe(2);
  for (const name of ["flow.onnx", "correction.onnx", "solver.onnx"])
    expect((await saved(page, `Save ${name}`)).length).toBeGreaterThan(10_000);
  expect(JSON.parse((await saved(page, "Save coefficients.json")).toString())).toMatchObject({ format: 1 });
  expect(said).toEqual([]);
});

test("a field comes as a file, with states; it is solved, and its settings are in a link", async () => {
  const { page, said, open } = await site.visitor();
  await open(
    "field?spec=%7B%22field%22%3A%22lotka-volterra%22%2C%22solver%22%3A%7B%22base%22%3A%22rk4%22%2C%22steps%22%3A2%7D%7D",
  );
  expect(await fact(page, "base", "evaluations")).toBe(8);
  expect(await page.getByLabel("to", { exact: true }).first().inputValue()).toBe("3");
  await page.setInputFiles('input[accept*=".onnx"]', pretrained("ffjord_gaussians_field.onnx"));
  await page.locator(".facts", { hasText: "ffjord_gaussians_field.onnx" }).waitFor();
  expect(await page.locator(".facts table").innerText()).toMatch(/state z/);
  const rows = Array.from({ length: 60 }, (_, i) => `${Math.sin(i)},${Math.cos(3 * i)}`).join("\n");
  await page.setInputFiles('input[accept*=".npy"]', {
    name: "z0.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(rows),
  });
  await slide(page, "Steps K", 4);
  await expect.poll(() => fact(page, "base", "evaluations"), { timeout: WAIT }).toBe(16);
  expect(await fact(page, "base", "mean error")).toBeLessThan(0.05);
  expect(await page.getByRole("link", { name: "Link to these settings" }).getAttribute("href")).toMatch(
    /steps%22%3A4/,
  );
  await page.setInputFiles('input[accept*=".onnx"]', {
    name: "no.onnx",
    mimeType: "",
    buffer: Buffer.from("no model"),
  });
  await page.getByText(/The file is damaged or not of the expected format/).waitFor();
  expect(said).toEqual([]);
});

test("a digit is read the same by three solvers, and HyperEuler is nearer to dopri5 than Euler", async () => {
  const { page, said, open } = await site.visitor({
    viewport: { width: 390, height: 800 },
    colorScheme: "dark",
  });
  await open("digits");
  await page.locator(".verdict strong").first().waitFor();
  await page.getByRole("button", { name: "7", exact: true }).press("Enter");
  await expect
    .poll(() => page.locator(".verdict strong").allInnerTexts(), { timeout: WAIT })
    .toEqual(["7", "7", "7"]);
  const words = await page.locator(".verdict .quiet-words").allInnerTexts();
  const [, euler = 0, hyper = 1] = words.map((text) => Number(/mean error ([\d.e-]+)/.exec(text)?.[1]));
  expect(hyper).toBeLessThan(euler / 5);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  expect(said).toEqual([]);
});

test("the hypersolver follows a pendulum that RK4 loses", async () => {
  const { page, said, open } = await site.visitor();
  await open("pendulum");
  await page.getByText(/learned in/).waitFor();
  await page.getByLabel("Torque").fill("4");
  const words = page.locator(".facts-line");
  await expect.poll(() => words.innerText(), { timeout: WAIT }).toMatch(/over [3-9]/);
  const [, rk4, hyper] = /RK4 ([\d.e-]+), hypersolver ([\d.e-]+)\./.exec(await words.innerText()) ?? [];
  expect(Number(hyper)).toBeLessThan(Number(rk4) / 20);
  expect(said).toEqual([]);
});

test("after the first visit the page works without a network, isolated", async () => {
  const { page, context, open } = await site.visitor();
  await open("flow");
  await fact(page, "correction", "mean error");
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await page.reload();
  await fact(page, "correction", "mean error");
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await context.setOffline(true);
  await page.reload();
  expect(await fact(page, "correction", "mean error")).toBeLessThan(0.01);
  await context.setOffline(false);
});

test("what WebGPU computes is what WebAssembly does", async ({ skip }) => {
  const gpu = await stage(softwareGpu);
  try {
    const { page, said, open } = await gpu.visitor();
    // A field of few operators, dopri5 in few steps: an imitation of a graphics card takes long for each kernel.
    const spec = { field: "whirl", solver: { tolerance: 0.1 } };
    await open(`field?spec=${encodeURIComponent(JSON.stringify(spec))}`);
    const before = await fact(page, "base", "mean error");
    await slide(page, "Steps K", 2);
    await expect.poll(() => fact(page, "base", "evaluations"), { timeout: WAIT }).toBe(4);
    const list = page.getByLabel("Compute on");
    if ((await list.count()) === 0) return skip("Chromium finds no WebGPU here, not even in software");
    await list.selectOption("webgpu");
    await page.getByText(/an imitation of a graphics card/).waitFor();
    await slide(page, "Steps K", 1);
    await expect.poll(() => fact(page, "base", "evaluations"), { timeout: WAIT }).toBe(2);
    expect(await fact(page, "base", "mean error")).toBeCloseTo(before, 4);
    expect(said).toEqual([]);
  } finally {
    await gpu.close();
  }
});

test("a search names a solver, a student is fitted and saved, and a stopped fit keeps what it has", async () => {
  const { page, said, open } = await site.visitor();
  await open("field?spec=%7B%22field%22%3A%22ffjord%22%7D");
  await fact(page, "base", "mean error");
  const states = Float32Array.from({ length: 200 }, (_, i) => 1 + 0.5 * Math.sin(i));
  await page.setInputFiles('input[accept*=".npy"]', {
    name: "z0.npy",
    mimeType: "",
    buffer: Buffer.from(encodeNpy(tensor("float32", [100, 2], states))),
  });
  await page.getByRole("checkbox", { name: "student" }).check();
  await slide(page, "Iterations of the fit", 250);
  await page.getByRole("button", { name: "Fit", exact: true }).click();
  await page.getByText(/learned: correction g in .* student in/).waitFor();
  expect((await saved(page, "Save student.onnx")).length).toBeGreaterThan(1000);
  await slide(page, "Iterations of the fit", 5000);
  await page.getByRole("button", { name: "Fit", exact: true }).click();
  await page.getByText(/correction g: .*, error/).waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText(/learned: correction g in/).waitFor();
  // An error that solvers keep to even where five seconds are enough for few of them.
  await slide(page, "Mean error at most", 0);
  await slide(page, "Seconds", 5);
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByText(/solvers tried; the fastest that keeps to it/).waitFor();
  expect(await page.locator(".found tbody tr").count()).toBeGreaterThan(1);
  expect(said).toEqual([]);
});
