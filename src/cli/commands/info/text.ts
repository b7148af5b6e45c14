import type { DeclaredType } from "../../../graph/internal.js";
import type { ValidityCard } from "../../../hypersolver/index.js";
import type { SolverFacts } from "../../../hypersolver/internal.js";
import type { FlowFacts } from "../../../models/internal.js";
import type { FieldRoles } from "../../../ode/internal.js";
import { textTable } from "../../../plot/index.js";
import { formatNumber } from "../../../plot/internal.js";
import { formatShape } from "../../../tensor/index.js";
import { boundsText } from "./bounds-text.js";
import type { ModelInfo } from "./model-info.js";

const kinds: Readonly<Record<ModelInfo["kind"], string>> = {
  correction: "a correction (fit with hypersolvers)",
  solver: "an exported solver",
  flow: "a flow (trained with hypersolvers), a vector field for other commands",
  field: "a vector field",
  model: "a model, but no vector field",
};

/** What `info` prints for people. */
export function infoText(info: ModelInfo): string {
  const { file, kind, bytes, opset, producer, operators, parameterCount, macs, unsupported, unsolvable } =
    info;
  const operatorList = operators.map(
    ({ name, count, supported }) => `${name} ×${count}${supported ? "" : " (!)"}`,
  );
  const lines: (readonly [string, string] | undefined)[] = [
    ["file", `${file}, ${bytes} bytes: ${kinds[kind]}`],
    ["format", `opset ${opset}${producer === "" ? "" : `, written by ${producer}`}`],
    ["inputs", typesText(info.inputs)],
    ["outputs", typesText(info.outputs)],
    info.roles && ["roles", rolesText(info.roles)],
    info.roles && unusedOutputs(info.roles, info.outputs),
    info.takenAs === undefined ? undefined : ["taken as", info.takenAs],
    info.estimator && [
      "perhaps",
      `a network that predicts noise or data, for ${info.estimator.sign}. Then say ${info.estimator.options} (docs/estimators.md)`,
    ],
    info.exportedBatch === undefined
      ? undefined
      : [
          "batch",
          `${info.exportedBatch} in the file; every row is computed for itself, so any number of states is taken`,
        ],
    info.features && ["features", featuresText(info.features)],
    info.solver && ["solves", solverText(info.solver)],
    ["operators", operatorList.join(", ") || "none"],
    unsupported.length > 0 ? ["unsupported", unsupported.join(", ")] : undefined,
    ["parameters", `${parameterCount}`],
    macs === undefined ? undefined : ["MACs", `${formatNumber(macs)} a sample`],
    info.selfTest && ["self-test", selfTestText(info.selfTest)],
  ];
  const width = 13;
  const facts = lines.flatMap((line) => (line === undefined ? [] : [`${line[0].padEnd(width)}${line[1]}`]));
  return [
    ...facts,
    ...(info.card === undefined ? [] : ["", cardText(info.card)]),
    ...(info.flow === undefined ? [] : ["", flowText(info.flow)]),
    ...(unsolvable === undefined ? [] : ["", `Cannot be solved as it is. ${unsolvable}`]),
  ].join("\n");
}

const typesText = (types: Readonly<Record<string, DeclaredType>>): string =>
  Object.entries(types)
    .map(
      ([name, { elementType, shape }]) =>
        `${name} ${elementType}${shape === undefined ? "" : formatShape(shape)}`,
    )
    .join(", ") || "none";

function rolesText({ state, depth, controls, output }: FieldRoles): string {
  const inputs = [depth ?? "", state, ...controls].filter((name) => name !== "");
  const of = [`state ${state}`, depth === undefined ? "no depth" : `depth ${depth}`];
  const controlled = controls.length === 0 ? [] : [`controls ${controls.join(", ")}`];
  return `${output} = f(${inputs.join(", ")}): ${[...of, ...controlled].join(", ")}`;
}

/** Outputs that the derivative is not made of, and how one of them is integrated along. */
function unusedOutputs(
  { state, output }: FieldRoles,
  outputs: ModelInfo["outputs"],
): readonly [string, string] | undefined {
  const unused = Object.keys(outputs).filter((name) => !output.split("+").includes(name));
  if (unused.length === 0) return undefined;
  const rate = unused.find((name) => (outputs[name]?.shape?.length ?? 0) > 0);
  const integrated = `; --input-map z=${state}+q,dz=${output}+${rate} integrates ${rate} along, as the last numbers of a state`;
  return ["unused", unused.join(", ") + (rate === undefined ? "" : integrated)];
}

/** Names shown; `--json` has them all. */
const SHOWN_FEATURES = 8;

function featuresText(features: NonNullable<ModelInfo["features"]>): string {
  const names = Object.entries(features).map(([name, shape]) => `${name} ${formatShape(shape)}`);
  const more = names.length > SHOWN_FEATURES ? `, … (${names.length} in all)` : "";
  return names.slice(0, SHOWN_FEATURES).join(", ") + more || "none";
}

const solverText = ({ method, order, steps, span: [t0, t1] }: SolverFacts): string =>
  `from s = ${t0} to ${t1} by ${method} (order ${order}) in ${countOf(steps, "step")}`;

const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

const selfTestText = ({ status, message }: NonNullable<ModelInfo["selfTest"]>): string =>
  status === "passed" ? "passed: it reproduces its golden vectors here" : `FAILED. ${message}`;

function flowText(flow: FlowFacts): string {
  const [t0, t1] = flow.span;
  const { shift, scale } = flow.standardization;
  const columns = shift.map(
    (mean, i) =>
      `${flow.columns?.[i] ?? `x${i}`} = ${formatNumber(mean)} + ${formatNumber(scale[i] ?? 1)} z[${i}]`,
  );
  const more = columns.length > SHOWN_FEATURES ? `, … (${columns.length} in all)` : "";
  const nll = flow.heldOutNll === undefined ? "not measured" : `${flow.heldOutNll.toFixed(3)} nats`;
  return [
    `Carries ${flow.base} at s = ${t0} to data at s = ${t1}; ${columns.slice(0, SHOWN_FEATURES).join(", ")}${more}.`,
    `Data: ${flow.data}`,
    `Training: ${flow.training}.`,
    `Held-out negative log-likelihood: ${nll}.`,
    `Made by ${flow.library}, seed ${flow.seed}.`,
  ].join("\n");
}

function cardText(card: ValidityCard): string {
  const [t0, t1] = card.span;
  const facts = [
    `Fitted to ${card.base} (order ${card.order}) in ${countOf(card.steps, "step")} from s = ${t0} to ${t1}, step sizes ` +
      `${formatNumber(card.epsilon[0])} to ${formatNumber(card.epsilon[1])}; sees ${card.inputs.join(", ")}` +
      `${card.features.length === 0 ? "" : ` (${card.features.join(", ")})`}.`,
    `States ${formatShape(card.stateShape)}: ${card.states.source}. Reference: ${card.reference.method} in ` +
      `${card.reference.precision}; noise floor ${formatNumber(card.reference.noiseFloor)}.`,
    `By ${card.library}, seed ${card.seed}, for the field with fingerprint ${card.fingerprint}.`,
  ];
  const rows = card.measured.map(({ steps, nfe, macs, base, hypersolver }) => [
    steps,
    nfe,
    macs,
    base,
    hypersolver,
  ]);
  const table = textTable(["steps", "NFE", "MACs a sample", "error of the base", "of the hypersolver"], rows);
  const bounds = card.calibration === undefined ? [] : ["", boundsText(card.calibration)];
  return [...facts, ...(rows.length === 0 ? [] : ["", table]), ...bounds].join("\n");
}
