import {
  bind,
  countMacs,
  type Graph,
  type ImportedModel,
  importOnnx,
  inspectOnnx,
  type SymbolicShape,
} from "../../../graph/index.js";
import { decodeCorrection, selfTest, weightsWarnings } from "../../../hypersolver/index.js";
import { CARD_KEY, goldenVectorsOf, isLearnedFile, solverFactsOf } from "../../../hypersolver/internal.js";
import { decodeFlow } from "../../../models/index.js";
import { FLOW_KEY } from "../../../models/internal.js";
import { fieldMacs } from "../../../ode/index.js";
import { formatNumber } from "../../../plot/internal.js";
import { isHypersolversError } from "../../../tensor/index.js";
import { axisSizes } from "../../files/axis-sizes.js";
import { takenAsField } from "../../files/models.js";
import { readModel } from "../../files/shipped.js";
import type { FieldSpec } from "../../options/field-table.js";
import { plainJob, type SpecJob } from "../../options/spec-command.js";
import { denoiserText, estimatorHint } from "./estimator.js";
import { learnedInfo } from "./learned-info.js";
import type { ModelInfo } from "./model-info.js";
import { infoTable } from "./table.js";
import { infoText } from "./text.js";

/** `hypersolvers info`. */
export const infoJob: SpecJob<typeof infoTable> = plainJob(
  infoTable,
  async ({ model, ...options }, { output }) => {
    const bytes = await readModel(model);
    if (isLearnedFile(bytes, model)) return learnedInfo(bytes, model, output);
    const info = await infoOf(bytes, model, options);
    for (const warning of info.warnings ?? []) output.warn(warning);
    return { text: infoText(info), json: info, exitCode: info.selfTest?.status === "failed" ? 1 : 0 };
  },
);

async function infoOf(bytes: Uint8Array, file: string, options: Partial<FieldSpec>): Promise<ModelInfo> {
  const { metadata, weights: _, ...summary } = inspectOnnx(bytes, file);
  const correction = metadata[CARD_KEY] === undefined ? undefined : decodeCorrection(bytes, file);
  const { value: imported, problem } = attempt(() =>
    importOnnx(bytes, file, { anyBatch: true, sizes: axisSizes(options.size) }),
  );
  const field = imported && (await attemptAsync(() => takenAsField(imported, options)));
  const roles = field?.value?.roles;
  const golden = goldenVectorsOf(metadata, file);
  const tested =
    golden && imported && (await attemptAsync(() => selfTest(bytes, closed(imported), golden, file)));
  const flow = metadata[FLOW_KEY] === undefined ? undefined : attempt(() => decodeFlow(bytes, file).facts);
  const isOther = correction !== undefined || golden !== undefined;
  const isField = roles !== undefined && !isOther;
  const takenAs = field?.value && denoiserText(options, formatNumber(fieldMacs(field.value)));
  return {
    file,
    bytes: bytes.length,
    kind: kindOf({ correction, solver: golden, flow: flow?.value, field: roles }),
    ...summary,
    macs: imported && countMacs(closed(imported)),
    unsupported: summary.operators.filter(({ supported }) => !supported).map(({ name }) => name),
    unsolvable: problem ?? (isOther ? undefined : (field?.problem ?? flow?.problem)),
    roles: isField ? roles : undefined,
    takenAs: isField ? takenAs : undefined,
    estimator:
      isField && imported && takenAs === undefined && flow === undefined
        ? estimatorHint(imported, roles)
        : undefined,
    exportedBatch: isField ? imported?.exportedBatch : undefined,
    features: isField && imported ? featuresOf(imported) : undefined,
    card: correction?.card,
    warnings: correction && weightsWarnings(correction),
    solver: solverFactsOf(metadata),
    flow: flow?.value,
    selfTest: tested && {
      status: tested.problem === undefined ? "passed" : "failed",
      message: tested.problem,
    },
    metadata: Object.keys(metadata),
  };
}

/** The first kind that there is something of. */
function kindOf(found: Readonly<Record<Exclude<ModelInfo["kind"], "model">, unknown>>): ModelInfo["kind"] {
  const kinds = ["correction", "solver", "flow", "field"] as const;
  return kinds.find((kind) => found[kind] !== undefined) ?? "model";
}

/** The model as a function of its own inputs. */
const closed = ({ graph, parameters }: ImportedModel): Graph => bind(graph, parameters);

const featuresOf = ({ intermediates }: ImportedModel): Record<string, SymbolicShape> =>
  Object.fromEntries(Object.entries(intermediates).map(([name, { shape }]) => [name, shape]));

interface Attempt<T> {
  readonly value?: T | undefined;
  readonly problem?: string | undefined;
}

/** The value, or what the library has against it. */
function attempt<T>(action: () => T): Attempt<T> {
  try {
    return { value: action() };
  } catch (error) {
    return problemOf(error);
  }
}

async function attemptAsync<T>(action: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await action() };
  } catch (error) {
    return problemOf(error);
  }
}

function problemOf(error: unknown): { readonly problem: string } {
  if (isHypersolversError(error)) return { problem: `${error.code}: ${error.message}` };
  throw error;
}
