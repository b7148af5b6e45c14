import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chromiumPath, quiet } from "../../test/browser/chromium.js";
import { type Site, serve } from "../../test/browser/serve.js";

const dist = fileURLToPath(new URL("../.vitepress/dist", import.meta.url));

const paths = readdirSync(dist, { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".html") && !path.startsWith("playground/") && path !== "404.html")
  .sort();

let site: Site;
let browser: Browser;

beforeAll(async () => {
  site = await serve(dist);
  browser = await chromium.launch({ executablePath: chromiumPath() ?? "chromium", args: [...quiet] });
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

/** A phone in the dark, and all that its console and its network had to complain of. */
async function phone(): Promise<{ page: Page; said: string[] }> {
  const page = await browser.newPage({ viewport: { width: 390, height: 800 }, colorScheme: "dark" });
  const said: string[] = [];
  page.on("console", (message) => void (message.type() === "error" && said.push(message.text())));
  page.on("pageerror", ({ message }) => void said.push(message));
  page.on("request", (request) => {
    const own = [site.address, "data:", "blob:"].some((start) => request.url().startsWith(start));
    if (!own) said.push(`asked of others: ${request.url()}`);
  });
  return { page, said };
}

test("every page opens, asks nothing of others, and fits on a phone", async () => {
  const { page, said } = await phone();
  expect(paths.length).toBeGreaterThan(50);
  const wrong: string[] = [];
  for (const path of paths) {
    await page.goto(`${site.address}${path}`);
    const title = await page.evaluate<string>('document.querySelector("h1")?.textContent ?? ""');
    const width = await page.evaluate<number>("document.documentElement.scrollWidth");
    if (title === "" || width > 390) wrong.push(`${path}: "${title}", ${width} pixels wide`);
  }
  expect(wrong).toEqual([]);
  expect(said).toEqual([]);
});

test("a search finds a guide", async () => {
  const { page, said } = await phone();
  await page.goto(`${site.address}index.html`);
  await page.getByRole("button", { name: "Search" }).click();
  await page.locator(".VPLocalSearchBox input").fill("conformal");
  await page.locator(".VPLocalSearchBox .results a").first().waitFor();
  expect(await page.locator(".VPLocalSearchBox .results").textContent()).toContain("Bounds of errors");
  expect(said).toEqual([]);
});

test("the playground opens in its page, and solves", async () => {
  const { page, said } = await phone();
  await page.goto(`${site.address}playground.html`);
  await page.getByRole("button", { name: "Open the playground here" }).click();
  const facts = page.frameLocator(".playground iframe").locator(".panel.correction dd");
  await expect
    .poll(() => facts.allTextContents(), { timeout: 120_000 })
    .toContainEqual(expect.stringMatching(/^0\.\d/));
  expect(said).toEqual([]);
});
