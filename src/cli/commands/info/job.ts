import {
  bind,
  countMacs,
  type Graph,
  type ImportedModel,
  importOnnx,
  inspectOnnx,
  type ModelSummary,
  type SymbolicShape,
} from "../../../graph/index.js";
import {
  decodeCorrection,
  selfTest,
  type ValidityCard,
  weightsWarnings,
} from "../../../hypersolver/index.js";
import { CARD_KEY, goldenVectorsOf, type SolverFacts, solverFactsOf } from "../../../hypersolver/internal.js";
import { decodeFlow } from "../../../models/index.js";
import { FLOW_KEY, type FlowFacts } from "../../../models/internal.js";
import { fieldOfModel } from "../../../ode/index.js";
import type { FieldRoles, InputMap } from "../../../ode/internal.js";
import { isHypersolversError } from "../../../tensor/index.js";
import type { Job } from "../../command.js";
import { readBytes } from "../../files/files.js";
import type { InfoCommandOptions } from "./command.js";
import { infoText } from "./text.js";

/** What is known of a model file. */
export interface ModelInfo extends Omit<ModelSummary, "metadata" | "weights"> {
  readonly file: string;
  readonly bytes: number;
  readonly kind: "correction" | "solver" | "flow" | "field" | "model";
  /** Multiply–accumulates a sample; absent when the model cannot be imported. */
  readonly macs?: number;
  readonly unsupported: readonly string[];
  /** Why the model cannot be imported or is no field. */
  readonly unsolvable?: string;
  /** Which input is what, when it is a field. */
  readonly roles?: FieldRoles;
  /** Shapes of intermediate tensors that a correction may see with `fit --features`, when it is a field. */
  readonly features?: Readonly<Record<string, SymbolicShape>>;
  readonly card?: ValidityCard;
  /** What a correction has against itself. */
  readonly warnings?: readonly string[];
  readonly solver?: SolverFacts;
  /** What `train` wrote into a flow. */
  readonly flow?: FlowFacts;
  readonly selfTest?: { readonly status: "passed" | "failed"; readonly message?: string };
  readonly metadata: readonly string[];
}

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
