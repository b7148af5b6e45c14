import { add, cast, constant, mul, type NamedNodes, type Node, sub } from "../../graph/index.js";
import type { Field, Span } from "../../ode/index.js";
import { adam, compileTraining } from "../../optim/index.js";
import type { TrainerPhase } from "../../optim/internal.js";
import type { NamedTensors, RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { fromNumbers, Random } from "../../tensor/index.js";
import { fitTrainer } from "../fit/fit-trainer.js";
import { fitSchedule } from "../fit/learning-rate.js";
import { endDistance, logEndDistance } from "./end-error.js";
import { type EndPairs, pairBatches, pairFeeds } from "./end-pairs.js";
import type { LearnedForm } from "./learned-form.js";
import { floatState, pairSpecs, siteOf } from "./pair-program.js";

/** A stretch of training through the whole solve. */
export interface LearnedCourse {
  readonly name: string;
  /** What progress calls it. */
  readonly stage: string;
  readonly iterations: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly finalLearningRate: number;
  /** Share of the learning rate that a number is moved by, by its name; 0: it stays. */
  readonly rate: (name: string) => number;
}

/** What all courses of a fit share. */
export interface CourseSite {
  readonly form: LearnedForm;
  readonly pairs: EndPairs;
  readonly span: Span;
  readonly loss: "log" | "distance";
  readonly seed: number;
}

/** A course as a phase of the training loop; it begins where validation was best. */
export function coursePhase(
  field: Field,
  course: LearnedCourse,
  { form, pairs, span, loss: name, seed }: CourseSite,
  context: RunContext,
): TrainerPhase {
  const { stage, iterations, batch, learningRate, finalLearningRate, rate } = course;
  const { dtype } = floatState(field);
  const distance = name === "log" ? logEndDistance : endDistance;
  const random = new Random(seed).fork("batches");
  return {
    name: course.name,
    stage,
    iterations,
    learningRate: fitSchedule(iterations, learningRate, finalLearningRate),
    start: async ({ best }) => {
      const those = (moving: boolean): NamedTensors =>
        Object.fromEntries(Object.entries(best).filter(([own]) => rate(own) > 0 === moving));
      const [parameters, still] = [those(true), those(false)];
      const training = await compileTraining(
        {
          parameters,
          batch: pairSpecs(field, batch),
          loss: (values, nodes) => {
            const scheme = form.scheme({ ...constants(still), ...values });
            return cast(distance(scheme, { ...siteOf(field, nodes), span }), "float64");
          },
          optimizer: ratedAdam(parameters, rate),
        },
        { hot: true, ...machineOf(context) },
      );
      const trainer = fitTrainer(training, pairBatches(pairFeeds(pairs, dtype), batch, random));
      return { ...trainer, values: () => ({ ...still, ...trainer.values() }) };
    },
  };
}

const constants = (values: NamedTensors): NamedNodes =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, constant(value)]));

/** Adam that moves every number by its own share of the learning rate. */
function ratedAdam(parameters: NamedTensors, rate: (name: string) => number): ReturnType<typeof adam> {
  const inner = adam();
  const rates = Object.entries(parameters).flatMap(([name, { data }]) =>
    new Array<number>(data.length).fill(rate(name)),
  );
  if (rates.every((share) => share === 1)) return inner;
  const shares = constant(fromNumbers(rates, [rates.length], "float64"));
  const shortened = (before: Node, after: Node): Node => add(before, mul(sub(after, before), shares));
  return {
    ...inner,
    update: (inputs) => {
      const { parameter, slots } = inner.update(inputs);
      return { parameter: shortened(inputs.parameter, parameter), slots };
    },
  };
}
