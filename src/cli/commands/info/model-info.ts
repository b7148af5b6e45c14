import type { ModelSummary, SymbolicShape } from "../../../graph/index.js";
import type { ValidityCard } from "../../../hypersolver/index.js";
import type { SolverFacts } from "../../../hypersolver/internal.js";
import type { FlowFacts } from "../../../models/internal.js";
import type { FieldRoles } from "../../../ode/internal.js";
import type { EstimatorHint } from "./estimator.js";

/** What is known of a model file. */
export interface ModelInfo extends Omit<ModelSummary, "metadata" | "weights"> {
  readonly file: string;
  readonly bytes: number;
  readonly kind: "correction" | "solver" | "flow" | "field" | "model";
  /** Multiply–accumulates a sample; absent when the model cannot be imported. */
  readonly macs?: number | undefined;
  readonly unsupported: readonly string[];
  /** Why the model cannot be imported or is no field. */
  readonly unsolvable?: string | undefined;
  /** Which input is what, when it is a field. */
  readonly roles?: FieldRoles | undefined;
  /** What `--prediction`, `--schedule` and `--guidance` make of it, where one of them is said. */
  readonly takenAs?: string | undefined;
  /** Of a field that looks like a network for these options. */
  readonly estimator?: EstimatorHint | undefined;
  /** The batch that a field was exported with, where it takes any all the same. */
  readonly exportedBatch?: number | undefined;
  /** Shapes of intermediate tensors that a correction may see with `fit --features`, when it is a field. */
  readonly features?: Readonly<Record<string, SymbolicShape>> | undefined;
  readonly card?: ValidityCard | undefined;
  /** What a correction has against itself. */
  readonly warnings?: readonly string[] | undefined;
  readonly solver?: SolverFacts | undefined;
  /** What `train` wrote into a flow. */
  readonly flow?: FlowFacts | undefined;
  readonly selfTest?:
    | { readonly status: "passed" | "failed"; readonly message?: string | undefined }
    | undefined;
  readonly metadata: readonly string[];
}
