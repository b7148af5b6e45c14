import { meantAdvice } from "../spec/internal.js";
import { fail } from "../tensor/index.js";
import { adversarial } from "./adversarial/adversarial.js";
import { agents } from "./agents/agents.js";
import { cnf } from "./cnf/cnf.js";
import { control } from "./control/control.js";
import { ffjord } from "./ffjord.js";
import { guard } from "./guard/guard.js";
import { imageFlow } from "./image-flow/image-flow.js";
import { cifar10, mnist, mnistAuthors } from "./images/images.js";
import type { Experiment } from "./kit/experiment.js";
import { cifar10Solvers, learned, mnistSolvers } from "./learned/learned.js";
import { regularizer } from "./regularizer/regularizer.js";
import { theory } from "./theory/theory.js";
import { continual } from "./together/continual.js";
import { joint } from "./together/joint.js";
import { tracking } from "./tracking/tracking.js";

/** Every experiment, by name. */
export const experiments: Readonly<Record<string, Experiment>> = {
  ffjord,
  cnf,
  mnist,
  "mnist-authors": mnistAuthors,
  cifar10,
  "image-flow": imageFlow,
  theory,
  learned,
  "mnist-solvers": mnistSolvers,
  "cifar10-solvers": cifar10Solvers,
  guard,
  joint,
  continual,
  adversarial,
  regularizer,
  agents,
  tracking,
  control,
};

/** @throws INVALID_ARGUMENT listing the names there are. */
export function experimentNamed(name: string): Experiment {
  const found = Object.hasOwn(experiments, name) ? experiments[name] : undefined;
  if (found !== undefined) return found;
  throw fail("INVALID_ARGUMENT", {
    what: "experiment",
    expected: Object.keys(experiments).join(", "),
    received: name,
    help: meantAdvice(name, Object.keys(experiments)),
  });
}
