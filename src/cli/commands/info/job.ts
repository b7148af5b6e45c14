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
import { CARD_KEY, goldenVectorsOf, solverFactsOf } from "../../../hypersolver/internal.js";
import { decodeFlow } from "../../../models/index.js";
import { FLOW_KEY } from "../../../models/internal.js";
import { fieldOfModel } from "../../../ode/index.js";
import type { FieldRoles, InputMap } from "../../../ode/internal.js";
import { isHypersolversError } from "../../../tensor/index.js";
import type { Job } from "../../command.js";
import { readBytes } from "../../files/files.js";
import type { ModelInfo } from "./model-info.js";
import type { InfoCommandOptions } from "./options.js";
import { infoText } from "./text.js";

/** `hypersolvers info`. */
export const infoJob: Job<InfoCommandOptions> = async (path, { inputMap = {} }, { output }) => {
  const bytes = await readBytes(path);
  const { metadata, weights: _, ...summary } = inspectOnnx(bytes, path);
  const correction = metadata[CARD_KEY] === undefined ? undefined : decodeCorrection(bytes, path);
  const warnings = correction === undefined ? [] : weightsWarnings(correction);
  for (const warning of warnings) output.warn(warning);
  const card = correction?.card;
  const imported = attempt(() => importOnnx(bytes, path));
  const roles = imported.value && attempt(() => rolesOf(imported.value as ImportedModel, inputMap));
  const solver = solverFactsOf(metadata);
  const golden = goldenVectorsOf(metadata, path);
  const tested =
    golden === undefined || imported.value === undefined
      ? undefined
      : await attemptAsync(() => selfTest(bytes, closed(imported.value as ImportedModel), golden, path));
  const flow = metadata[FLOW_KEY] === undefined ? undefined : attempt(() => decodeFlow(bytes, path).facts);
  const isField = roles?.value !== undefined && card === undefined && golden === undefined;
  const unsolvable =
    imported.problem ??
    (card === undefined && golden === undefined ? (roles?.problem ?? flow?.problem) : undefined);
  const info: ModelInfo = {
    file: path,
    bytes: bytes.length,
    kind:
      card !== undefined
        ? "correction"
        : golden !== undefined
          ? "solver"
          : flow?.value !== undefined
            ? "flow"
            : roles?.value !== undefined
              ? "field"
              : "model",
    ...summary,
    ...(imported.value !== undefined && { macs: countMacs(closed(imported.value)) }),
    unsupported: summary.operators.filter(({ supported }) => !supported).map(({ name }) => name),
    ...(unsolvable !== undefined && { unsolvable }),
    ...(isField && { roles: roles.value, features: featuresOf(imported.value as ImportedModel) }),
    ...(card !== undefined && { card }),
    ...(correction !== undefined && { warnings }),
    ...(solver !== undefined && { solver }),
    ...(flow?.value !== undefined && { flow: flow.value }),
    ...(tested !== undefined && {
      selfTest:
        tested.problem === undefined ? { status: "passed" } : { status: "failed", message: tested.problem },
    }),
    metadata: Object.keys(metadata),
  };
  return { text: infoText(info), json: info, exitCode: info.selfTest?.status === "failed" ? 1 : 0 };
};

/** The model as a function of its own inputs. */
const closed = ({ graph, parameters }: ImportedModel): Graph => bind(graph, parameters);

const rolesOf = (model: ImportedModel, map: InputMap): FieldRoles => fieldOfModel(model, map).roles;

const featuresOf = ({ intermediates }: ImportedModel): Record<string, SymbolicShape> =>
  Object.fromEntries(Object.entries(intermediates).map(([name, { shape }]) => [name, shape]));

interface Attempt<T> {
  readonly value?: T;
  readonly problem?: string;
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
