import type { ButcherTableau, Field, Span } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import { fail, formatShape } from "../../tensor/index.js";
import { shortNumber } from "../../tensor/internal.js";
import type { ValidityCard } from "./card.js";
import { fingerprintOf } from "./fingerprint.js";

/** What may make another field of a file: how a network is read is part of its field. */
const differences = ({ path }: Field): string =>
  path === undefined
    ? "other operators or weights"
    : "other operators or weights, or another --prediction, --schedule, --spacing or --guidance";

/** Rounding of a step size, relative. */
const SAME_STEP = 1e-6;

const range = (ends: Span): string => ends.map(shortNumber).join(" to ");

/**
 * What a correction's card says against a planned use. Wrong shapes are errors; the rest are warnings, one sentence
 * each, because a correction may still help outside what it was trained for.
 * @throws SHAPE_MISMATCH when the field's state is of another shape.
 */
export function cardWarnings(
  card: ValidityCard,
  field: Field,
  use: {
    readonly span: Span;
    readonly steps: number;
    /** The base it is used with, where that may be another than its own: `rebindCorrection`. */
    readonly base?: ButcherTableau;
  },
): string[] {
  const { shape } = stateType(field);
  if (formatShape(shape) !== formatShape(card.stateShape)) {
    throw fail("SHAPE_MISMATCH", {
      what: "correction",
      expected: `a field with state ${formatShape(card.stateShape)}`,
      received: formatShape(shape),
    });
  }
  const [t0, t1] = use.span;
  const epsilon = (t1 - t0) / use.steps;
  const [low, high] = [...card.epsilon].sort((a, b) => Math.abs(a) - Math.abs(b)) as [number, number];
  const within =
    Math.abs(epsilon) >= Math.abs(low) * (1 - SAME_STEP) &&
    Math.abs(epsilon) <= Math.abs(high) * (1 + SAME_STEP);
  const [from, to] = [...card.span].sort((a, b) => a - b) as [number, number];
  const outside =
    Math.min(t0, t1) < from - SAME_STEP * Math.abs(to - from) ||
    Math.max(t0, t1) > to + SAME_STEP * Math.abs(to - from);
  const base = use.base?.name ?? card.base;
  const warnings: (string | false)[] = [
    base !== card.base &&
      `this correction was fitted to ${card.base} and is used with ${base}: it knows another truncation error`,
    fingerprintOf(field) !== card.fingerprint &&
      `this correction was fitted to a different field (${differences(field)}): expect the base's error or worse`,
    Math.sign(epsilon) !== Math.sign(high) &&
      card.directions !== "both" &&
      `this correction was fitted for the other direction, ${range(card.span)}: fitted with --directions both it knows steps from ${t0} to ${t1} as well, which reversible methods take, too`,
    !within &&
      `a step of ${shortNumber(epsilon)} is outside the trained range ${range([low, high])}: the correction may make it worse`,
    outside && `the span ${range(use.span)} leaves the trained span ${range(card.span)}`,
  ];
  return warnings.filter((warning): warning is string => warning !== false);
}
