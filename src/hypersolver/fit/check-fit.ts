import { type Field, stateType } from "../../ode/index.js";
import { fail, formatShape } from "../../tensor/index.js";
import type { FitOptions, FitSettings } from "./fit-options.js";
import { hasImageStates } from "./resolve-fit.js";

/**
 * Refuses what cannot be fitted, before any work.
 * @throws INVALID_ARGUMENT naming the option; SHAPE_MISMATCH for states that are neither vectors nor images.
 */
export function checkFit(field: Field, options: FitOptions, fit: FitSettings): void {
  const { shape } = stateType(field);
  if (shape.length !== 2 && shape.length !== 4) {
    throw fail("SHAPE_MISMATCH", {
      what: "fit: states",
      expected: "vectors [batch, n] or images [batch, c, h, w]",
      received: formatShape(shape),
      help: "reshape the state inside the field",
    });
  }
  checkNumbers(fit);
  checkEpsilon(fit);
  if (!hasImageStates(field)) checkVectors(options);
}

function check(what: string, value: unknown, expected: string, holds: boolean): void {
  if (!holds) throw fail("INVALID_ARGUMENT", { what, expected, received: String(value) });
}

function checkNumbers(fit: FitSettings): void {
  const { iterations, batch, steps, trajectories, swapEvery, pretrain, span, trajectoryIterations } = fit;
  const { learningRate, finalLearningRate, trajectoryLearningRate, referenceMemory, meshPoints = 1 } = fit;
  for (const [what, value] of Object.entries({
    ...{ iterations, batch, steps, trajectories, swapEvery, meshPoints },
  }))
    check(what, value, "a positive integer", Number.isInteger(value) && value >= 1);
  for (const [what, value] of Object.entries({ pretrain, trajectoryIterations }))
    check(what, value, "an integer, at least 0", Number.isInteger(value) && value >= 0);
  check("span", span.join(", "), "two different finite numbers", isSpan(span));
  for (const [what, value] of Object.entries({ learningRate, finalLearningRate, trajectoryLearningRate }))
    check(what, value, "a finite number, at least 0", value >= 0 && value < Infinity);
  check("referenceMemory", referenceMemory, "bytes, at least 0", referenceMemory >= 0);
}

const isSpan = (span: FitSettings["span"]): boolean => span.every(Number.isFinite) && span[0] !== span[1];

function checkEpsilon({ directions, loss, inputs, epsilon, trajectoryIterations: later }: FitSettings): void {
  if (directions === "both") {
    check("directions: both, loss", loss, "residual", loss === "residual");
    check("directions: both, trajectoryIterations", later, "0", later === 0);
    check("directions: both, inputs", inputs.join(", "), "epsilon among them", inputs.includes("epsilon"));
  }
  if (epsilon === null) return;
  const [low, high] = epsilon;
  check(
    "epsilon",
    epsilon.join(", "),
    "0 < smallest ≤ largest, finite",
    0 < low && low <= high && high < Infinity,
  );
}

/** Convolutions have nothing to slide over on a vector. */
function checkVectors({ architecture, kernels, meshPoints, activation }: FitOptions): void {
  for (const [what, value] of Object.entries({ architecture, kernels, meshPoints }))
    check(what, JSON.stringify(value), "image states [batch, c, h, w] for it", value === undefined);
  check(
    "activation",
    activation,
    "one for vectors, such as prelu: this field has no channels",
    activation !== "channel-prelu",
  );
}
