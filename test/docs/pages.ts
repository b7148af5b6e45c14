import { readdirSync, readFileSync } from "node:fs";

export const root = new URL("../../", import.meta.url);

/** A fenced block of a page. */
export interface Block {
  /** `docs/flows.md:12`, for messages. */
  readonly place: string;
  readonly page: string;
  /** What the fence says: `sh`, `js`, `""`. */
  readonly language: string;
  readonly text: string;
}

const markdownIn = (folder: string): string[] =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
    .map((path) => `${folder}${path.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".md") && !path.includes("node_modules/"));

/** Pages that are copied or generated when the site is built are no sources. */
const isSource = (page: string): boolean => !/^docs\/(api|project|public|\.vitepress)\//.test(page);

/** Everything that people read: the site, the examples, and what the site takes along. */
export const pages: readonly string[] = [
  "README.md",
  "CONTRIBUTING.md",
  "bench/README.md",
  ...markdownIn("docs/").filter(isSource),
  ...markdownIn("examples/"),
].sort();

export const textOf = (page: string): string => readFileSync(new URL(page, root), "utf8");

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let open: { line: number; language: string; lines: string[] } | undefined;
  for (const [i, line] of textOf(page).split("\n").entries()) {
    const [, fence, language = ""] = line.match(/^(```)(.*)$/) ?? [];
    if (open === undefined && fence !== undefined) open = { line: i + 1, language, lines: [] };
    else if (open !== undefined && fence !== undefined) {
      blocks.push({
        place: `${page}:${open.line}`,
        page,
        language: open.language,
        text: open.lines.join("\n"),
      });
      open = undefined;
    } else open?.lines.push(line);
  }
  return blocks;
}

export const blocks: readonly Block[] = pages.flatMap(blocksOf);
