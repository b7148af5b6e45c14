import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** Layers whose names are sorted into those for users (`index.ts`) and those for other layers (`internal.ts`). */
const layers = [
  "tensor",
  "spec",
  "graph",
  "runtime",
  "nn",
  "optim",
  "ode",
  "hypersolver",
  "control",
  "models",
  "plot",
  "data",
  "datasets",
  "metrics",
  "experiments",
];

interface Exported {
  readonly name: string;
  /** The file of the declaration, or of another re-export. */
  readonly file: string;
}

const listed = /^export (?:type )?\{([^}]*)\} from "([^"]+)";/gm;

/** What an entry hands on: every name with the file that it comes from. */
function exportsOf(entry: string): Exported[] {
  if (!existsSync(join(root, entry))) return [];
  return [...read(entry).matchAll(listed)].flatMap(([, names = "", from = ""]) =>
    names
      .split(",")
      .map((name) => name.trim().replace(/^type /, ""))
      .filter((name) => name !== "")
      .map((name) => ({ name, file: join(dirname(entry), from).replace(/\.js$/, ".ts") })),
  );
}

/** The lines of a declaration and what stands before it; follows re-exports. */
function declarationOf({ name, file }: Exported): { readonly before: string } | undefined {
  const text = read(file);
  const own = new RegExp(
    `^export (?:async )?(?:const|function\\*?|interface|type|class|abstract class) ${name}\\b`,
    "m",
  );
  const at = text.search(own);
  if (at >= 0) return { before: text.slice(0, at) };
  const next = exportsOf(file).find((other) => other.name === name);
  return next && declarationOf(next);
}

describe.each(layers)("what %s exports", (layer) => {
  const open = exportsOf(`src/${layer}/index.ts`);
  const internal = exportsOf(`src/${layer}/internal.ts`);

  test("was read", () => {
    expect(open.length).toBeGreaterThan(5);
    expect([...open, ...internal].filter((name) => declarationOf(name) === undefined)).toEqual([]);
  });

  test("has a docstring for every name", () => {
    const bare = [...open, ...internal].filter(
      (name) => declarationOf(name)?.before.endsWith("*/\n") !== true,
    );
    expect(bare.map(({ file, name }) => `${file}: ${name}`)).toEqual([]);
  });

  test("is either for users or for other layers", () => {
    const names = [...open, ...internal].map(({ name }) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  test("keeps no internal name that nobody imports", () => {
    const importers = ["src", "test", "bench", "scripts"]
      .flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) =>
          join(folder, file),
        ),
      )
      .filter((file) => /\.(?:ts|mjs)$/.test(file) && !file.startsWith(join("src", layer, "/")))
      .map(read);
    const imported = new RegExp(`import (?:type )?\\{([^}]*)\\} from "[^"]*/${layer}/internal\\.js"`, "g");
    const used = importers.flatMap((text) => [...text.matchAll(imported)].flatMap(([, names = ""]) => names));
    const words = new Set(used.join(",").match(/\w+/g));
    expect(internal.filter(({ name }) => !words.has(name)).map(({ name }) => name)).toEqual([]);
  });
});

test("the package offers no internal entry", () => {
  const { exports: offered, sideEffects } = JSON.parse(read("package.json"));
  expect(Object.keys(offered)).toContain("./graph");
  expect(Object.values(offered).filter((path) => String(path).includes("internal"))).toEqual([]);
  expect(sideEffects).toBe(false);
});
