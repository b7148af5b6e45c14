import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Block, root } from "./pages.js";

/**
 * What fragments on the pages take as given: some values, and everything that `hypersolvers` exports, so that a fragment
 * of two lines needs no import.
 */
const givenValues = `
declare const field: import("hypersolvers").Field;
declare const states: import("hypersolvers/hypersolver").StateSource;
declare const z: import("hypersolvers").Tensor;
declare const z0: import("hypersolvers").Tensor;
declare const z1: import("hypersolvers").Tensor;
declare const u: import("hypersolvers").Tensor;
declare const controls: Record<string, import("hypersolvers").Tensor>;
declare const correction: ReturnType<typeof import("hypersolvers").decodeCorrection>;
declare const f: (s: number, y: Float64Array) => number[];
declare const jacobian: (s: number, y: Float64Array) => number[][];
declare const parameters: object;
`;

const given = async (): Promise<string> => {
  const exported = Object.keys(await import(new URL("dist/index.js", root).href));
  const names = exported.map((name) => `declare const ${name}: typeof import("hypersolvers").${name};`);
  return [givenValues, ...names].join("\n");
};

/**
 * What a page of JavaScript is held to: names exist, in scopes, packages and objects, and functions get as many
 * arguments as they take. Other complaints are about types, such as a string where one of three is wanted.
 */
const aboutNames = [2304, 2305, 2307, 2339, 2353, 2551, 2552, 2554, 2555, 2561, 2614, 2724, 18004];

/** Two fragments of a page may name their results alike. */
const REDECLARED = 2451;

const options = {
  target: "ES2022",
  lib: ["ES2023", "DOM"],
  module: "NodeNext",
  moduleResolution: "NodeNext",
  types: ["node"],
  strict: true,
  noImplicitAny: false,
  skipLibCheck: true,
  noEmit: true,
};

/**
 * Compiles the blocks of every page as one module, against the built package by its own name.
 * @returns what is wrong, a line each.
 */
export async function typeProblems(blocks: readonly Block[]): Promise<string[]> {
  // Inside the package, where its name means itself; in a folder that git ignores.
  const folder = new URL(`dist/docs-check-${process.pid}/`, root);
  const names = new Map<string, string>();
  await mkdir(folder);
  try {
    for (const page of new Set(blocks.map((block) => block.page))) {
      const own = blocks.filter((block) => block.page === page);
      const name = `${page.replaceAll(/[^a-z0-9]/gi, "-")}.ts`;
      names.set(name, page);
      await writeFile(new URL(name, folder), own.map(({ text }) => text).join("\n"));
    }
    await writeFile(new URL("given.d.ts", folder), await given());
    await writeFile(new URL("tsconfig.json", folder), JSON.stringify({ compilerOptions: options }));
    const lines = (await tscOutput(fileURLToPath(folder))).split("\n");
    return lines.flatMap((line) => {
      const [, name = "", code = "", text = ""] = line.match(/([^/\\]+\.ts)\(.*?error TS(\d+): (.*)$/) ?? [];
      const isLoose = blocks.some(({ page, language }) => page === names.get(name) && language === "js");
      if (code === "" || Number(code) === REDECLARED || (isLoose && !aboutNames.includes(Number(code))))
        return [];
      return [`${names.get(name) ?? name}: ${text}`];
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

function tscOutput(folder: string): Promise<string> {
  const tsc = fileURLToPath(new URL("node_modules/typescript/bin/tsc", root));
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc, "-p", folder], (_, stdout) => resolve(stdout));
  });
}
