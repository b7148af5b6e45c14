import {
  type DescribedSchedule,
  denoiserField,
  type Field,
  type FixedControls,
  guidedField,
  namedSchedule,
  parseSchedulerConfig,
} from "../../ode/index.js";
import { scheduleNames } from "../../ode/specs.js";
import type { Tensor } from "../../tensor/index.js";
import type { DenoiserSpec } from "../options/denoiser-table.js";
import { parseStates } from "../options/parse.js";
import { unusable } from "../options/usage-error.js";
import { readBytes } from "./files.js";
import { numberIn, readValue } from "./fixed-controls.js";

/**
 * The field that options make of a model.
 * @param fieldWith the model as it is, with these controls fixed beside those of `--input`.
 * @throws a usage error for options that do not go together.
 */
export async function readAsDenoiser(
  fieldWith: (fixed: FixedControls) => Field,
  options: Partial<DenoiserSpec>,
): Promise<Field> {
  const { prediction: said, schedule: name, guidance: scale, guidanceNull } = options;
  const network = fieldWith({});
  if ((scale === undefined) !== (guidanceNull === undefined))
    throw unusable(
      scale === undefined ? "--guidance-null" : "--guidance",
      "--guidance SCALE and --guidance-null NAME=VALUE together",
      "one of them",
    );
  const guidance =
    scale === undefined ? undefined : { scale, without: fieldWith(await nullControls(guidanceNull)) };
  if (said === undefined && name === undefined) {
    for (const option of ["spacing", "variables"] as const)
      if (options[option] !== undefined)
        throw unusable(`--${option}`, "--prediction beside it: the model is taken as a field", "it alone");
    return guidance === undefined ? network : guidedField(network, guidance);
  }
  const { schedule, prediction } = await scheduleOf(name ?? "rectified-flow");
  const own = said ?? prediction ?? (name?.startsWith("rectified") === true ? "velocity" : undefined);
  if (own === undefined)
    throw unusable("--prediction", "what the model predicts: epsilon, x0, v or velocity", "nothing");
  if (name === undefined && own !== "velocity")
    throw unusable("--schedule", `the schedule of the noise, such as linear: --prediction ${own}`, "nothing");
  const { spacing, variables } = options;
  return denoiserField(network, { prediction: own, schedule, spacing, variables, guidance });
}

async function scheduleOf(reference: string): Promise<DescribedSchedule> {
  const schedule = namedSchedule(reference);
  if (schedule !== undefined) return { schedule };
  if (/[./\\]/.test(reference))
    return parseSchedulerConfig(new TextDecoder().decode(await readBytes(reference)), reference);
  throw unusable("--schedule", `${scheduleNames.join(", ")}, or a .json file`, reference);
}

/** The values of `--guidance-null`: numbers, and files of one sample. */
async function nullControls(given: Readonly<Record<string, string>> = {}): Promise<FixedControls> {
  const values = Object.entries(given).map(async ([name, text]): Promise<[string, number | Tensor]> => {
    if (parseStates(text).kind !== "file")
      throw unusable("--guidance-null", `a number or a file for ${name}`, text);
    return [name, numberIn(text) ?? (await readValue(name, text, "--guidance-null"))];
  });
  return Object.fromEntries(await Promise.all(values));
}
