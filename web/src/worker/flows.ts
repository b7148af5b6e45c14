import {
  densityData,
  encodeFlow,
  type FlowData,
  tableData,
  trainFlow as train,
} from "../../../src/models/index.js";
import { flowFacts } from "../../../src/models/internal.js";
import type { RunContext } from "../../../src/runtime/index.js";
import { rows } from "../../../src/tensor/index.js";
import { namedDensity, pointsOf, type Source } from "./densities.js";
import { enterFlow } from "./enter-flow.js";
import { type FlowLook, lookOf } from "./flow-look.js";
import type { JobContext, ProgressNews } from "./job-context.js";
import { runContext } from "./runtime.js";

const VALIDATION_ROWS = 256;
const NETWORK = { hidden: [64, 64, 64] };
const LEARNING_RATE = 4e-3;
/** How often a training is validated and shown: often enough to watch, seldom enough to get on. */
const looksOf = (iterations: number): number => Math.max(4, Math.min(16, Math.round(iterations / 100)));

/** A flow to look at, while it is trained or when it is there. */
export interface LookNews {
  readonly kind: "look";
  readonly look: FlowLook;
}

function dataOf(source: Source): FlowData {
  const data =
    source.kind === "named"
      ? densityData(namedDensity(source.name), 0)
      : tableData(pointsOf(source, 0), source.kind === "csv" ? source.name : "drawn by hand", 0);
  const { validation } = data;
  return { ...data, validation: rows(validation, 0, Math.min(VALIDATION_ROWS, validation.shape[0] ?? 0)) };
}

/** How a flow turned out. */
export interface FlowResult {
  readonly look: FlowLook;
  readonly status: "complete" | "interrupted";
  readonly iterations: number;
  readonly seconds: number;
  readonly nll: number;
}

/** Trains a flow, and shows it as it becomes better. */
export async function trainFlow(
  { source, iterations }: { readonly source: Source; readonly iterations: number },
  { tell, signal }: JobContext<ProgressNews | LookNews>,
): Promise<FlowResult> {
  const run = await runContext({ signal });
  const context: RunContext = {
    ...run,
    onProgress: ({ stage, done, total, metrics = {} }) =>
      tell({ kind: "progress", stage, done, total, metrics }),
  };
  const data = dataOf(source);
  const phase = { objective: "flow-matching", iterations, learningRate: LEARNING_RATE, batch: 256 } as const;
  const spec = { phases: [phase], network: NETWORK, validations: looksOf(iterations), seed: 0 };
  const shape = { span: [0, 1], standardization: data.standardization } as const;
  const { flow, ...outcome } = await train(
    data,
    spec,
    {
      onCheckpoint: async ({ best }) => {
        if (best === undefined || signal.aborted) return;
        tell({ kind: "look", look: await lookOf({ ...shape, values: best.values, network: NETWORK }, run) });
      },
    },
    context,
  );
  const look = await lookOf(flow, run);
  const story = {
    data: data.description,
    training: `${outcome.iterations} iterations in a browser`,
    seed: 0,
  };
  const facts = flowFacts(flow, { ...story, heldOutNll: undefined });
  enterFlow("yours", flow, encodeFlow(flow, facts));
  const { status, iterations: done, seconds, validationNll: nll } = outcome;
  return { look, status, iterations: done, seconds, nll };
}
