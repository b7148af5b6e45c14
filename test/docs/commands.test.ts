import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { commandLinesOf, problemOf, withoutPrefixes, wordsOf } from "./command-lines.js";
import { type Block, blocks, pages, root, textOf } from "./pages.js";

const manifest = JSON.parse(textOf("package.json")) as { readonly scripts: Readonly<Record<string, string>> };

/** What can stand on a fence, and which of the tests of this folder looks after it. */
const languages = ["sh", "js", "ts", "python", "cpp", "json", "yaml", "text", ""];

const programs = ["hypersolvers", "npm", "npx", "node"];
const isShell = ({ language, text }: Block): boolean =>
  language === "sh" ||
  (language === "" &&
    text.split("\n").some((line) => programs.includes(withoutPrefixes(wordsOf(line))[0] ?? "")));

const lines = blocks
  .filter(isShell)
  .flatMap(({ place, text }) => commandLinesOf(text).map((line): [string, string] => [place, line]));

/** What is wrong with a line; undefined when nothing is. */
async function problem(line: string): Promise<string | undefined> {
  const [program = "", ...args] = withoutPrefixes(wordsOf(line));
  if (program === "hypersolvers") return problemOf(args);
  if (program === "npm") return npmProblem(args);
  // A program of the repository, or one that the reader writes.
  if (program === "node")
    return isThere(args[0] ?? "") || args[0] === "first.mjs" ? undefined : "no such file";
  return ["apt-get", "pip", "export", "cd", "vitest", ""].includes(program)
    ? undefined
    : `unknown program ${program}`;
}

function npmProblem([verb = "", name = ""]: readonly string[]): string | undefined {
  const isScript = verb === "run" ? Object.hasOwn(manifest.scripts, name) : verb in manifest.scripts;
  return isScript || ["install", "link", "ci"].includes(verb) ? undefined : `no script ${name || verb}`;
}

const isThere = (path: string): boolean => path !== "" && existsSync(new URL(path, root));

describe("commands of the documentation", () => {
  test("are found on the pages", () => {
    expect(lines.length).toBeGreaterThan(60);
  });

  test.each([...new Map(lines.map(([place, line]) => [line, place]))])("%s (%s)", async (line) => {
    expect(await problem(line)).toBeUndefined();
  });

  test("a wrong option, value and command are seen", async () => {
    expect(await problem("hypersolvers solve field.onnx --spam 0,1 --states normal")).toMatch(/spam/);
    expect(await problem("hypersolvers fit field.onnx --steps some --states normal")).toMatch(/steps/);
    expect(await problem("hypersolvers tune field.onnx --states normal")).toMatch(/error/);
    expect(await problem("hypersolvers fitt field.onnx")).toMatch(/fitt/);
    expect(await problem("npm run nothing")).toMatch(/nothing/);
  });

  test.each(pages)("fences of %s say a language that is checked", (page) => {
    const own = blocks.filter((block) => block.page === page).map(({ language }) => language);
    expect(own.filter((language) => !languages.includes(language))).toEqual([]);
  });

  test.each(blocks.filter(({ language }) => language === "json"))("$place is JSON", ({ text }) => {
    expect(JSON.parse(text)).toBeDefined();
  });
});
