import {
  boxStates,
  type Correction,
  decodeCorrection,
  encodeCorrection,
  fitCorrection,
  type StateSource,
  type ValidityCard,
} from "../../hypersolver/index.js";
import type { Field } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { Random } from "../../tensor/index.js";
import { correctionCard } from "../fit/correction-card.js";
import type { Stage } from "../kit/stage.js";
import type { ControlSpec } from "./control-spec.js";
import type { ControlTask } from "./control-task.js";

/** The bases that are corrected. */
export const correctedBases = ["euler", "heun"] as const;
export type CorrectedBase = (typeof correctedBases)[number];

/** Where corrections of a task learn: states and controls, independent and uniform. */
export const taskStates = ({ states, problem, model }: ControlTask): StateSource =>
  boxStates(states, Object.fromEntries(model.field.roles.controls.map((name) => [name, problem.bounds])));

/** A correction in one step a control interval of a task, that reads the control. */
export async function fitForTask(
  task: ControlTask,
  field: Field,
  base: CorrectedBase,
  { spec: { iterations }, seed }: { readonly spec: ControlSpec; readonly seed: number },
  context: RunContext,
): Promise<Correction & { readonly card: ValidityCard }> {
  const states = taskStates(task);
  const interval = 1 / task.problem.controlRate;
  const fit = await fitCorrection(
    field,
    {
      ...{ base, steps: 1, span: [0, interval] as const, epsilon: null, seed, iterations },
      ...{ ...CORRECTION, trajectories: TRAJECTORIES },
    },
    { states },
    context,
  );
  const samples = states.heldOut(CARD_SAMPLES, new Random(seed));
  const card = correctionCard({ field, states: states.description }, fit, samples, []);
  return { ...fit.correction, card };
}

/** What every correction here is. */
export const CORRECTION = { hidden: [64, 64, 64], inputs: ["z", "stages", "x"], learningRate: 0.01 } as const;
const TRAJECTORIES = 16_384;
const CARD_SAMPLES = 1000;

/** The fit of a correction, kept as the file that it is handed out as. */
export const correctionStage = (
  task: ControlTask,
  base: CorrectedBase,
  how: { readonly spec: ControlSpec; readonly seed: number },
): Stage<Uint8Array> => ({
  name: `fit ${base} ${task.name}`,
  settings: { iterations: how.spec.iterations, seed: how.seed, correction: CORRECTION, states: task.states },
  codec: { encode: (onnx) => ({ onnx }), decode: ({ onnx = new Uint8Array() }) => onnx },
  make: async (context) => {
    const correction = await fitForTask(task, task.model.field, base, how, context);
    return encodeCorrection(correction, correction.card);
  },
});

/** The correction in a file of `correctionStage`. */
export const correctionIn = (onnx: Uint8Array): Correction => decodeCorrection(onnx, "correction.onnx");
