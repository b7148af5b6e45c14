import { copyFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeCsv } from "../../src/data/index.js";
import { LIGHT_FIT, normal, workplace } from "./workplace.js";

const place = workplace();
afterAll(place.remove);
beforeAll(async () => {
  await place.fit();
  copyFileSync("pretrained/flows/pinwheel/flow.onnx", place.at("flow.onnx"));
  // Whatever takes a time may have been trained to predict noise.
  copyFileSync("test/fixtures/fields/time_mlp_silu.torchscript.onnx", place.at("unet.onnx"));
  writeFileSync(place.at("points.csv"), encodeCsv(normal(30, 2, 4), ["x", "y"]));
});

describe("help", () => {
  it("answers without a command, with the version, and with the list of experiments", async () => {
    const [none, version, list] = await Promise.all([
      place.alone(),
      place.alone("--version"),
      place.run("reproduce", "--list"),
    ]);
    expect([none.code, none.stdout]).toEqual([2, ""]);
    expect(none.stderr).toContain("Usage: hypersolvers");
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(list.stdout).toContain("ffjord");
  });

  it("shows only examples that work", async () => {
    const lighter: Readonly<Record<string, string>> = {
      fit: LIGHT_FIT.replace("--budget 2,4", "--budget 2").replace(
        "--iterations 40",
        "--iterations 5 --force",
      ),
      compare: "--samples 20 --budget 2 --tolerances 1e-1",
    };
    const commands = ["fit", "solve", "export", "compare", "info"];
    const helps = await place.runAll(commands.map((command) => `${command} --help`));
    const examples = helps.flatMap(({ code, stdout }, i) => {
      expect(code).toBe(0);
      const lines = [...stdout.matchAll(/^ {2}\$ hypersolvers (.*)$/gm)].map(([, line = ""]) => line);
      expect(lines.length).toBeGreaterThan(1);
      // A list of methods says all that is to be spent.
      const added = (line: string): string =>
        line.includes("--methods") ? "" : (lighter[commands[i] ?? ""] ?? "");
      return lines.map((line) => lightened(line, added(line)));
    });
    const results = await place.runAll(examples);
    for (const [i, line] of examples.entries()) {
      const { code, stderr } = results[i] ?? {};
      // A fit of so few iterations may well say that it learned nothing.
      const ended =
        line.startsWith("fit") && code === 3 && stderr?.includes("nothing was learned") ? 0 : code;
      expect([line, ended], stderr).toEqual([line, 0]);
    }
  });
});

/** A fit with options that make it short in place of its own, as far as what it learns has them. */
function lightened(line: string, light: string): string {
  // Coefficients are no network, and students are sized otherwise; what has both is trained twice.
  const own = /--learn (?:coefficients|student)/.test(line) ? light.replace("--hidden 16", "") : light;
  const twice = ["--joint-iterations", "--trajectory-iterations"].filter(
    (name) => line.includes(name) || (name === "--joint-iterations" && line.includes("--learn both")),
  );
  const more = twice.map((name) => `${name} 5`).join(" ");
  const added = `${own} ${more}`.split(/ (?=--)/).map((option) => option.trim());
  const names = new Set(added.map((option) => option.split(" ")[0]));
  const kept = line.split(/ (?=--)/).filter((option) => !names.has(option.split(" ")[0]));
  return [...kept, ...added].join(" ").trim();
}
