import { type FlowPoint, flowObjectives } from "../../models/internal.js";
import { type Figure, seriesCurve } from "../../plot/index.js";
import type { FlowMetrics } from "./flow-metrics.js";
import { formatNats } from "./flow-report.js";

/** One line of a figure. */
interface Curve {
  readonly label: string;
  readonly values: readonly number[];
  readonly iterations: readonly number[];
}

/** What a training went through: validation likelihood, evaluations of f, and loss, each where there is any. */
export function curveFigures({ curve, entropy }: Pick<FlowMetrics, "curve" | "entropy">): Figure[] {
  const level =
    entropy === undefined
      ? undefined
      : { value: entropy, label: `entropy of the data ${formatNats(entropy)}` };
  const losses = flowObjectives.map((objective) =>
    curveOf(objective.replace("-", " "), curve, (point) =>
      point.objective === objective ? point.loss : undefined,
    ),
  );
  return [
    ...figure([curveOf("validation", curve, ({ nll }) => nll)], {
      name: "nll",
      title: "Negative log-likelihood",
      valueLabel: "NLL (nats)",
      level,
      caption: "Validation data, every time it was measured, by dopri5 at tolerance 1e-5.",
    }),
    ...figure(
      [
        curveOf("validation solve", curve, ({ validationNfe }) => validationNfe),
        curveOf("training solve", curve, ({ nfe }) => nfe),
      ],
      {
        name: "nfe",
        title: "Evaluations of f",
        valueLabel: "NFE",
        caption: "Evaluations of f by one solve from data to base: how hard the flow is to solve.",
      },
    ),
    ...figure(losses, {
      name: "loss",
      title: "Training loss",
      valueLabel: "loss",
      caption:
        "What was minimized, in standardized coordinates: squared errors of velocities by flow matching, nats by " +
        "maximum likelihood.",
    }),
  ];
}

function curveOf(
  label: string,
  points: readonly FlowPoint[],
  value: (point: FlowPoint) => number | undefined,
): Curve {
  const known = points.flatMap((point) => {
    const number = value(point);
    return number !== undefined && Number.isFinite(number) ? [{ number, iteration: point.iteration }] : [];
  });
  return {
    label,
    values: known.map(({ number }) => number),
    iterations: known.map(({ iteration }) => iteration),
  };
}

function figure(curves: readonly Curve[], options: Parameters<typeof seriesCurve>[1]): Figure[] {
  const drawable = curves.filter(({ values }) => values.length > 0);
  return drawable.length === 0 ? [] : [seriesCurve(drawable, options)];
}
