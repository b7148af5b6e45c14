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
import { fieldOfModel, type InputSettings } from "../../../ode/index.js";
import type { FieldRoles, InputMap } from "../../../ode/internal.js";
import { isHypersolversError } from "../../../tensor/index.js";

import { axisSizes } from "../../files/axis-sizes.js";
import { fixedControls } from "../../files/fixed-controls.js";
import { readModel } from "../../files/shipped.js";
import { plainJob, type SpecJob } from "../../options/spec-command.js";
import { learnedInfo } from "./learned-info.js";
import type { ModelInfo } from "./model-info.js";
import { infoTable } from "./table.js";
import { infoText } from "./text.js";

/** `hypersolvers info`. */
export const infoJob: SpecJob<typeof infoTable> = plainJob(
  infoTable,
  async ({ model, inputMap, input, size, timeScale }, { output }) => {
    const bytes = await readModel(model);
    if (isLearnedFile(bytes, model)) return learnedInfo(bytes, model, output);
    const sizes = axisSizes(size);
    const place = { map: inputMap, sizes, settings: { timeScale, fixed: fixedControls(input) } };
    const info = await infoOf(bytes, model, place);
    for (const warning of info.warnings ?? []) output.warn(warning);
    return { text: infoText(info), json: info, exitCode: info.selfTest?.status === "failed" ? 1 : 0 };
  },
);

async function infoOf(bytes: Uint8Array, file: string, place: FieldPlace): Promise<ModelInfo> {
  const { metadata, weights: _, ...summary } = inspectOnnx(bytes, file);
  const correction = metadata[CARD_KEY] === undefined ? undefined : decodeCorrection(bytes, file);
  const { value: imported, problem } = attempt(() =>
    importOnnx(bytes, file, { anyBatch: true, sizes: place.sizes }),
  );
  const roles = imported && attempt(() => rolesOf(imported, place));
  const golden = goldenVectorsOf(metadata, file);
  const tested =
    golden && imported && (await attemptAsync(() => selfTest(bytes, closed(imported), golden, file)));
  const flow = metadata[FLOW_KEY] === undefined ? undefined : attempt(() => decodeFlow(bytes, file).facts);
  const isOther = correction !== undefined || golden !== undefined;
  const isField = roles?.value !== undefined && !isOther;
  return {
    file,
    bytes: bytes.length,
    kind: kindOf({ correction, solver: golden, flow: flow?.value, field: roles?.value }),
    ...summary,
    macs: imported && countMacs(closed(imported)),
    unsupported: summary.operators.filter(({ supported }) => !supported).map(({ name }) => name),
    unsolvable: problem ?? (isOther ? undefined : (roles?.problem ?? flow?.problem)),
    roles: isField ? roles.value : undefined,
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

/** How a model is to be taken as a field. */
interface FieldPlace {
  readonly sizes: Readonly<Record<string, number>>;
  readonly map?: InputMap | undefined;
  readonly settings: InputSettings;
}

const rolesOf = (model: ImportedModel, { map, settings }: FieldPlace): FieldRoles =>
  fieldOfModel(model, map, settings).roles;

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

async function attemptAsync(action: () => Promise<void>): Promise<Attempt<void>> {
  try {
    await action();
    return {};
  } catch (error) {
    return problemOf(error);
  }
}

function problemOf(error: unknown): { readonly problem: string } {
  if (isHypersolversError(error)) return { problem: `${error.code}: ${error.message}` };
  throw error;
}
