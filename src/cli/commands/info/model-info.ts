import type { ModelSummary, SymbolicShape } from "../../../graph/index.js";
import type { ValidityCard } from "../../../hypersolver/index.js";
import type { SolverFacts } from "../../../hypersolver/internal.js";
import type { FlowFacts } from "../../../models/internal.js";
import type { FieldRoles } from "../../../ode/internal.js";

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
