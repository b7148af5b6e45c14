import { checkpointing } from "../../../experiments/internal.js";
import { Random } from "../../../tensor/index.js";
import { checkpointsIn } from "../../files/checkpoints.js";
import { writeWhole } from "../../files/files.js";
import type { SpecJob } from "../../options/spec-command.js";
import { FIT_STOPS, interruptedExit, onInterrupt } from "../../terminal/interruption.js";
import { showProgress } from "../../terminal/show-progress.js";
import { chosenLearner } from "./learner.js";
import type { fitCommandTable } from "./table.js";
import { fitTask } from "./task.js";

/** States that the card of what was learned describes. */
const CARD_STATES = 256;

/** A fit without its measurements, for whoever measures it elsewhere: a candidate of `tune --queue`. */
export const candidateJob: SpecJob<typeof fitCommandTable> = {
  run: async (spec, { output, progress, machine }) => {
    const { out = "", resume = false } = spec;
    const { field, states, ...task } = await fitTask(spec, output);
    const learner = chosenLearner({ field, states, ...task }, spec);
    const interruption = onInterrupt(output, FIT_STOPS);
    const checkpoints = checkpointsIn(out);
    try {
      const kept = await checkpointing(checkpoints, resume);
      const context = {
        ...machine,
        signal: interruption.signal,
        onProgress: showProgress(progress),
        onWarning: (sentence: string) => output.warn(sentence),
      };
      const learned = await learner.learn(field, { states, ...kept }, context);
      const few = await states.heldOut(CARD_STATES, new Random(learned.spec.seed));
      const { title, file, status, iterations, parameters, seconds } = learned;
      await writeWhole(`${out}/${file}`, learned.written(few, [], undefined).content);
      if (status === "complete") await checkpoints.clear();
      return {
        text: title,
        json: { title, file, status, iterations, parameters, seconds },
        exitCode: status === "complete" ? 0 : interruptedExit(),
      };
    } finally {
      interruption.release();
    }
  },
  effective: async (spec) => spec,
};
