import type { ImportedModel } from "../../../graph/index.js";
import { formatType } from "../../../graph/internal.js";
import type { FieldRoles } from "../../../ode/internal.js";
import type { FieldSpec } from "../../options/field-table.js";

/** Why a model looks like a network that predicts noise, data or velocity, and what makes a field of it. */
export interface EstimatorHint {
  readonly sign: string;
  readonly options: string;
}

/** Names of outputs, as exporters of such networks have them, with what they predict. */
const predicted: readonly (readonly [name: RegExp, prediction: string])[] = [
  [/^(pred_?)?(eps|epsilon|noise)(_?pred\w*)?$/i, "epsilon"],
  [/^(pred_?)?(x_?0|x_?start|denoised|pred_original_sample)$/i, "x0"],
  [/^v_?pred\w*$/i, "v"],
];

/** Undefined where neither time nor output of a model says more than that it is a field. */
export function estimatorHint(
  { inputs, outputs }: Pick<ImportedModel, "inputs" | "outputs">,
  { depth, output, controls }: FieldRoles,
): EstimatorHint | undefined {
  const [, prediction] = predicted.find(([name]) => name.test(output)) ?? [];
  const time = depth === undefined ? undefined : inputs[depth];
  const isSigma = depth !== undefined && /^sigmas?$/i.test(depth);
  const isStep = time?.dtype === "int64" || (depth !== undefined && /^timesteps?$/i.test(depth));
  const signs = [
    time && isSigma ? `its time ${depth} is an amount of noise` : undefined,
    time && isStep ? `its time ${depth} ${formatType(time)} counts steps` : undefined,
    prediction && `its output is called ${output}`,
  ].filter((sign) => sign !== undefined);
  if (signs.length === 0) return undefined;
  const schedule = isSigma ? "edm" : "linear|scaled-linear|cosine|scheduler_config.json";
  const conditions = controls.filter((name) => outputs[name] === undefined);
  const guidance = conditions.length === 0 ? "" : ` [--guidance 4 --guidance-null ${conditions[0]}=VALUE]`;
  return {
    sign: signs.join(", "),
    options: `--prediction ${prediction ?? (isSigma ? "x0" : "epsilon|x0|v")} --schedule ${schedule}${guidance}`,
  };
}

/** What options make of a network; undefined where they leave it the field that it is. */
export function denoiserText(
  { prediction, schedule, spacing, variables, guidance }: Partial<FieldSpec>,
  macs: string,
): string | undefined {
  if (prediction === undefined && schedule === undefined && guidance === undefined) return undefined;
  const guided =
    guidance === undefined ? [] : [`guidance ${guidance}: two evaluations of the model for one of f`];
  if (prediction === undefined && schedule === undefined)
    return [...guided, `${macs} MACs a sample`].join(", ");
  return [
    `dx/ds by a network that predicts ${prediction ?? "what its schedule says"}`,
    `schedule ${schedule ?? "rectified-flow"}`,
    ...(spacing === undefined ? [] : [`s evenly through ${spacing}`]),
    ...(variables === "scaled" ? ["of x/α"] : []),
    ...guided,
    `${macs} MACs a sample; from noise at s = 0 to data at s = 1`,
  ].join(", ");
}
