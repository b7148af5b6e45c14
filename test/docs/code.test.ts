import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { type Block, blocks } from "./pages.js";
import { typeProblems } from "./typed-blocks.js";

const code = blocks.filter(({ language }) => language === "js" || language === "ts");
const python = blocks.filter(({ language }) => language === "python");
const block = (language: string, text: string): Block => ({ place: "a.md:1", page: "a.md", language, text });

// Together in one compilation: starting the compiler is most of the work.
const wrong = [
  block(
    "js",
    `import { compileSolve, nothing } from "hypersolvers";\ncompileSolve(field, { spam: 3 });\nunheardOf();`,
  ),
  { ...block("ts", `const x: number = "text";\nexport {};`), page: "b.md" },
];

test("programs of the documentation use names that there are", async () => {
  const problems = await typeProblems([...code, ...wrong]);
  const isWanted = (line: string): boolean => /^[ab]\.md/.test(line);
  expect(problems.filter((line) => !isWanted(line))).toEqual([]);
  // The wrong ones are seen.
  expect(problems.filter(isWanted)).toEqual([
    expect.stringContaining("nothing"),
    expect.stringContaining("spam"),
    expect.stringContaining("unheardOf"),
    expect.stringContaining("number"),
  ]);
});

const interpreter = "python3";
const parse = "import ast, json, sys\nfor source in json.load(sys.stdin): ast.parse(source)";

function parsePython(sources: readonly string[]): string {
  const { status, stderr } = spawnSync(interpreter, ["-c", parse], {
    input: JSON.stringify(sources),
    encoding: "utf8",
  });
  return status === 0 ? "parsed" : stderr;
}

const hasPython = spawnSync(interpreter, ["--version"]).status === 0;

describe.skipIf(!hasPython && process.env.CI === undefined)("Python of the documentation", () => {
  test("parses", () => {
    expect(python.length).toBeGreaterThan(8);
    expect(parsePython(python.map(({ text }) => text))).toBe("parsed");
  });

  test("does not where it is wrong", () => {
    expect(parsePython(["def f(:"])).toContain("SyntaxError");
  });
});
