import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { dist, stage } from "./site.js";

/** What the first page may weigh until its flow is solved, in bytes after Brotli, without ONNX Runtime and the flow itself. */
const MOST_FIRST = 175_000;
/** All code of the playground. */
const MOST = 240_000;

const isRuntime = (name: string): boolean => /\/?ort[.-]/.test(name);
const weight = (name: string): number => brotliCompressSync(readFileSync(join(dist, name))).length;

test("the code is small", async () => {
  const names = readdirSync(join(dist, "assets")).map((name) => `assets/${name}`);
  const code = names.filter((name) => /\.(js|css)$/.test(name) && !isRuntime(name));
  const site = await stage();
  try {
    const { page, open } = await site.visitor();
    const asked: string[] = [];
    page.on("request", (request) => void asked.push(new URL(request.url()).pathname.slice(1)));
    await open("flow");
    await page.locator(".panel.correction dd").nth(2).getByText(/\d/).waitFor();
    const first = [...new Set(asked)].filter((name) => code.includes(name));
    const [early, all] = [first, code].map((files) => files.reduce((sum, name) => sum + weight(name), 0));
    process.stdout.write(`First page: ${early} bytes of code after Brotli; everything: ${all}.\n`);
    expect(first.length).toBeGreaterThan(3);
    expect(early).toBeLessThan(MOST_FIRST);
    expect(all).toBeLessThan(MOST);
  } finally {
    await site.close();
  }
});
