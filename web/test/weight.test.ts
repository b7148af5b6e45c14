import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { dist, stage, WAIT } from "./site.js";

/** What may load before a visitor can draw on the page, in bytes after Brotli. */
const MOST_TO_DRAW = 25_000;
/** The same until the first flow is solved, without ONNX Runtime and the flow itself. */
const MOST_FIRST = 150_000;
/** Files of code on the way there: each waits for the one that names it. */
const MOST_FILES = 40;
/** All code of the playground. */
const MOST = 240_000;

const isRuntime = (name: string): boolean => /\/?ort[.-]/.test(name);
const weight = (name: string): number => brotliCompressSync(readFileSync(join(dist, name))).length;
const total = (names: readonly string[]): number => names.reduce((sum, name) => sum + weight(name), 0);

/** When the page said that its first flow is solved, in milliseconds since 1970. */
const solvedAt = async (page: Page): Promise<number> => {
  const marked = await page.waitForFunction(
    () => {
      const [mark] = performance.getEntriesByName("hypersolvers:solved");
      return mark && performance.timeOrigin + mark.startTime;
    },
    undefined,
    { timeout: WAIT },
  );
  return Number(await marked.jsonValue());
};

test("the code is small, and little of it stands before the first answer", async () => {
  const code = readdirSync(join(dist, "assets"))
    .map((name) => `assets/${name}`)
    .filter((name) => /\.(js|css)$/.test(name) && !isRuntime(name));
  const site = await stage();
  try {
    const { page, open } = await site.visitor();
    const asked = new Map<string, number>();
    const note = (name: string): void => void asked.set(name, Date.now());
    page.on("request", (request) => note(new URL(request.url()).pathname.slice(1)));
    await open("flow");
    const until = await solvedAt(page);
    const first = code.filter((name) => (asked.get(name) ?? Number.POSITIVE_INFINITY) <= until);
    // What the page itself names: the rest belongs to the worker.
    const toDraw = first.filter((name) => /\/index-/.test(name));
    const said = `${total(toDraw)} until it can be drawn on, ${total(first)} in ${first.length} files until a flow is solved`;
    process.stdout.write(`Bytes after Brotli: ${said}, ${total(code)} of everything.\n`);
    expect(toDraw.length).toBe(2);
    expect(total(toDraw)).toBeLessThan(MOST_TO_DRAW);
    expect(first.length).toBeGreaterThan(3);
    expect(first.length).toBeLessThan(MOST_FILES);
    expect(total(first)).toBeLessThan(MOST_FIRST);
    expect(total(code)).toBeLessThan(MOST);
  } finally {
    await site.close();
  }
});
