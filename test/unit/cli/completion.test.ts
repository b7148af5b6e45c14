import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { told } from "../../helpers/told.js";

const scriptFor = async (shell: string): Promise<string> => (await told(`completion ${shell}`)).text;

/** What bash offers for a command line whose last word is being typed. */
function offered(script: string, line: string): string[] {
  const words = line.split(" ");
  const ask = [
    script,
    `COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")})`,
    `COMP_CWORD=${words.length - 1}`,
    "_hypersolvers",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is bash's.
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ];
  const text = execFileSync("bash", ["--norc", "-c", ask.join("\n")], { encoding: "utf8", cwd: "test" });
  return text.split("\n").filter((word) => word !== "");
}

describe("completion", () => {
  it.skipIf(process.platform === "win32")("offers commands, options, values and files in bash", async () => {
    const script = await scriptFor("bash");
    expect(offered(script, "hypersolvers s")).toEqual(["solve", "sample", "sweep"]);
    expect(offered(script, "hypersolvers sweep st")).toEqual(["status"]);
    expect(offered(script, "hypersolvers solve field.onnx --st")).toEqual(["--steps", "--states"]);
    expect(offered(script, "hypersolvers solve field.onnx --method dop")).toEqual(["dopri5", "dopri8"]);
    expect(offered(script, "hypersolvers solve field.onnx --steps 1")).toEqual([]);
    expect(offered(script, "hypersolvers reproduce gu")).toEqual(["guard"]);
    expect(offered(script, "hypersolvers data ")).toEqual(["mnist", "cifar10"]);
    expect(offered(script, "hypersolvers fit x.onnx --states help")).toEqual(["helpers"]);
    expect(offered(script, "hypersolvers train p")).toEqual(expect.arrayContaining(["pinwheel", "problems"]));
  });

  it.each([
    ["zsh", "_describe value choices", "'--epsilon:"],
    ["fish", "complete -c hypersolvers -f", "-l epsilon"],
  ])("is a script that %s can read", async (shell, ...said) => {
    const script = await scriptFor(shell);
    for (const text of said) expect(script).toContain(text);
    const path = ["/bin", "/usr/bin", "/usr/local/bin"]
      .map((folder) => `${folder}/${shell}`)
      .find(existsSync);
    if (path !== undefined) execFileSync(path, ["-n"], { input: script });
  });

  it("knows three shells, and says which was meant", async () => {
    const { code, text } = await told("completion fihs");
    expect([code, text]).toEqual([2, expect.stringContaining("did you mean fish?")]);
  });
});
