/** Long commands in their shortest form, and how one is run. */
import { spawn } from "node:child_process";
import { resolve } from "node:path";

const program = resolve("dist/cli/main.js");
const field = resolve("pretrained/ffjord_gaussians_field.onnx");
const machine = ["--threads", "1", "--quiet"];

/** By name: what follows `hypersolvers`, without `--out`, and which number of its results tells that nothing was lost. */
export const commands = {
  fit: {
    line: [
      ...["fit", field, "--base", "heun", "--steps", "2", "--states", "normal", "--iterations", "400"],
      ...["--trajectories", "64", "--batch", "32", "--hidden", "16", "--samples", "40", "--budget", "2"],
      ...["--reference-tolerance", "1e-4", "--no-figures", ...machine],
    ],
    number: ({ learned }) => [learned.mean],
  },
  train: {
    line: [
      ...["train", "rings", "--iterations", "3000", "--batch", "64", "--hidden", "16,16", "--no-figures"],
      ...machine,
    ],
    number: ({ validationNll, heldOut }) => [validationNll, heldOut.nll.mean],
  },
  tune: {
    line: [
      ...["tune", field, "--error", "5e-2", "--seconds", "4", "--samples", "100", "--states", "normal"],
      ...machine,
    ],
  },
  reproduce: { line: ["reproduce", "theory", "--preset", "smoke", ...machine] },
};

/** Runs a command. @returns the process and how it ends. */
export function hypersolvers(args, cwd) {
  const child = spawn(process.execPath, [program, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const heard = { out: "", err: "" };
  child.stdout.on("data", (chunk) => (heard.out += chunk));
  child.stderr.on("data", (chunk) => (heard.err += chunk));
  const ended = new Promise((done) =>
    child.once("close", (code, signal) => done({ code, signal, ...heard })),
  );
  return { child, ended };
}
