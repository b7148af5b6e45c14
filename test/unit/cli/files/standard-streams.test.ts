import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it, test, vi } from "vitest";
import { isText } from "../../../../src/cli/files/points.js";
import { createOutput } from "../../../../src/cli/terminal/output.js";
import { encodeNpy, encodeNpz } from "../../../../src/data/index.js";
import { encodeSafetensors, fromNumbers } from "../../../../src/tensor/index.js";
import { told } from "../../../helpers/told.js";

const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "hypersolvers-streams-"));
const flow = resolve("pretrained/flows/pinwheel/flow.onnx");
const points = "x0,x1\n0.5,0.25\n-1,0.5\n0,0\n";

beforeAll(() => {
  process.chdir(folder);
  vi.spyOn(process, "stdin", "get").mockReturnValue(
    Readable.from([Buffer.from(points)]) as typeof process.stdin,
  );
});
afterAll(() => {
  vi.restoreAllMocks();
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

describe("- for a file", () => {
  it("is standard input, of which the content says what it is, and standard output, in CSV", async () => {
    writeFileSync("points.csv", points);
    const line = `density ${flow} --method rk4 --steps 2`;
    const [piped, filed] = [
      await told(`${line} --data - --out -`),
      await told(`${line} --data points.csv --out out.csv`),
    ];
    expect([piped.code, filed.code], piped.text).toEqual([0, 0]);
    expect(piped.data).toMatch(/^x0,x1,log_density\n0.5,0.25,-/);
    expect(piped.data.trim().split("\n")).toHaveLength(4);
    expect(piped.text).not.toContain("log_density");
    const again = await told("solve ffjord --span 0,1 --method rk4:2 --states - --out -");
    expect(again.data).toMatch(/^z0,z1\n/);
  });

  it("is written as --format says, as files are", async () => {
    const line = `sample ${flow} --count 2 --method rk4 --steps 2 --seed 3`;
    expect((await told(`${line} --out - --format npy`)).data).toContain("NUMPY");
    expect((await told(`${line} --out -`)).data).toMatch(/^x0,x1\n.*\n.*\n$/);
    expect((await told(`${line} --out - --format safetensors --log-density`)).data).toContain(
      '"log_density"',
    );
  });

  test.each([
    [`sample ${flow} --count 2 --format csv`, "--out", "a file, or - for standard output"],
    ["solve ffjord --span 0,1 --states normal --out - --format csvv", "--format", "did you mean csv?"],
  ])("%s is refused", async (line, option, expected) => {
    const { code, text } = await told(line);
    expect([code, text]).toEqual([2, expect.stringContaining(`not usable (${option})`)]);
    expect(text).toContain(expected);
  });

  it("has no room for JSON beside it, nor CSV for what is no table", async () => {
    const json = await told(`sample ${flow} --out - --json`);
    expect([json.code, json.text]).toEqual([2, expect.stringContaining("--out, --json")]);
    const path = await told("solve ffjord --times 0,1 --method rk4:2 --states normal --out -");
    expect([path.code, path.text]).toEqual([1, expect.stringContaining("say --format safetensors or npz")]);
  });
});

test("a file on standard output is alone there", () => {
  const [out, err]: [string[], string[]] = [[], []];
  const stream = (to: string[]): NodeJS.WritableStream =>
    ({ write: (text: string) => to.push(text) }) as unknown as NodeJS.WritableStream;
  const output = createOutput({ stdout: stream(out), stderr: stream(err) });
  output.data("z0\n1\n");
  output.result("Complete.");
  expect([out, err]).toEqual([["z0\n1\n"], ["Complete.\n"]]);
});

test("the content tells text from arrays", () => {
  const z = fromNumbers([1, 2], [1, 2]);
  for (const bytes of [encodeNpy(z), encodeNpz({ z }), encodeSafetensors({ z }, {})])
    expect(isText(bytes)).toBe(false);
  for (const text of [points, "", "{}", "a,b,c,d,{e}\n"]) expect(isText(Buffer.from(text))).toBe(true);
});
