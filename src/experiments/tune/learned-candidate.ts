import { decodeCorrection, decodeLearned, type FitInputs, hyper } from "../../hypersolver/index.js";
import { Random } from "../../tensor/index.js";
import type { Learner } from "../fit/learned-solver.js";
import { checkpointingIn } from "../kit/checkpoint-files.js";
import type { Arm, ArmSite } from "./arm.js";
import type { Candidate } from "./trial.js";

/** States that the card of a correction describes. */
const CARD_STATES = 256;

/** A fit as a candidate. */
export function learnedCandidate(
  { field, states, seed, memory }: ArmSite,
  { name, family }: Pick<Arm, "name" | "family">,
  iterations: number,
  learner: Learner,
): Candidate {
  const settings = learner.effective(field);
  return {
    name: `${name}, ${iterations} iterations`,
    family,
    settings,
    make: async (context, checkpoint) => {
      const inputs: FitInputs = { states, memory, ...(await checkpointingIn(checkpoint)) };
      const learned = await learner.learn(field, inputs, context);
      const { method, title, file: path, status, parameters, seconds } = learned;
      const few = await states.heldOut(CARD_STATES, new Random(seed));
      const file = { path, content: learned.written(few, [], undefined).content };
      return { method, title, file, fit: { status, iterations: learned.iterations, parameters, seconds } };
    },
    load: ({ path, content }) => {
      if (family !== "correction") return decodeLearned(content, path).method;
      const steps = "steps" in settings ? Number(settings.steps) : 1;
      return hyper(decodeCorrection(content, path), { steps });
    },
  };
}
