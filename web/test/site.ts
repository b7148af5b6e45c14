import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { chromiumPath, quiet } from "../../test/browser/chromium.js";
import { type Site, serve } from "../../test/browser/serve.js";

/** The built site. */
export const dist = fileURLToPath(new URL("../dist", import.meta.url));

/** Milliseconds that a test waits for something, on a machine that has other work too. */
export const WAIT = 120_000;
/** Nothing moves by itself: software that draws sixty times a second would take the processor from what is tested. */
const usual = { viewport: { width: 1240, height: 900 }, reducedMotion: "reduce" } as const;

/** A visitor: a browser that has never been here, and all that its console said. */
export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly said: string[];
  /** Opens a page of the site by its name. */
  open(name: string): Promise<void>;
}

/** The site with a browser before it. */
export interface Stage {
  readonly site: Site;
  visitor(options?: Parameters<Browser["newContext"]>[0]): Promise<Visitor>;
  close(): Promise<void>;
}

/** WebGPU on the processor, for machines without a graphics card. */
export const softwareGpu: readonly string[] = [
  ...quiet.filter((flag) => flag !== "--disable-gpu"),
  "--enable-unsafe-webgpu",
  "--enable-features=Vulkan",
  "--use-webgpu-adapter=swiftshader",
  "--use-angle=swiftshader",
  "--disable-vulkan-surface",
];

/** Serves the built site without any headers of its own, as a static host does. @param args how Chromium is started. */
export async function stage(args: readonly string[] = quiet): Promise<Stage> {
  const executablePath = chromiumPath();
  if (executablePath === undefined)
    throw new Error("No Chromium found: install one, or name it in CHROMIUM.");
  const site = await serve(dist);
  const browser = await chromium.launch({ executablePath, args: [...args] });
  return {
    site,
    visitor: async (options = {}) => {
      const context = await browser.newContext({ ...usual, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(WAIT);
      const said: string[] = [];
      page.on("console", (message) => void said.push(`${message.type()}: ${message.text()}`));
      page.on("pageerror", ({ message }) => void said.push(message));
      page.on("requestfailed", (request) => void said.push(`not loaded: ${request.url()}`));
      return {
        page,
        context,
        said,
        open: async (name) => void (await page.goto(`${site.address}#/${name}`)),
      };
    },
    close: async () => {
      await browser.close();
      await site.close();
    },
  };
}
