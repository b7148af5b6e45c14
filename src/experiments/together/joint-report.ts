import type { Figure } from "../../plot/index.js";
import { isBroken } from "../../tensor/index.js";
import type { RunFacts } from "../kit/experiment.js";
import type { RunReport } from "../kit/report.js";
import { brokenOf, type ResultRow } from "../kit/result-row.js";
import { rowSections } from "../kit/row-tables.js";
import { type Course, reached } from "./course.js";
import type { JointMetrics } from "./joint-metrics.js";

/** A training has arrived within these of the end of the first arm, the adaptive solver: nats, share of the images. */
const MARGINS = { flow: 0.005, images: 0.01 } as const;

/** A row for each training: where it ends, and what it cost to come nearly as far as the adaptive solver. */
export function jointRows({ flow = [], images = [] }: Partial<JointMetrics>): ResultRow[] {
  return [
    ...rowsOf(flow, "flow by", "NLL", { better: "smaller", margin: MARGINS.flow }),
    ...rowsOf(images, "classifier by", "accuracy", { better: "larger", margin: MARGINS.images }),
  ];
}

interface Goal {
  readonly better: "smaller" | "larger";
  readonly margin: number;
}

function rowsOf(
  courses: JointMetrics["flow"],
  key: string,
  quality: string,
  { better, margin }: Goal,
): ResultRow[] {
  const first = courses.find((course): course is Course => !isBroken(course));
  if (first === undefined) return [];
  const target = first.best + (better === "smaller" ? margin : -margin);
  return courses.map((course) => {
    const name = { [key]: course.label };
    if (isBroken(course)) return { key: name, outcome: brokenOf(course) };
    const end = course.points.at(-1);
    const there = reached(course, target, better);
    const outcome: Record<string, number> = {
      [quality]: course.best,
      [`${quality} against dopri5`]: course.best - first.best,
      "evaluations (thousands)": (end?.evaluations ?? 0) / 1000,
      "time (s)": end?.seconds ?? 0,
    };
    if (there !== undefined) {
      outcome["evaluations to the goal (thousands)"] = there.evaluations / 1000;
      outcome["time to the goal (s)"] = there.seconds;
    }
    const share = shareOf(course);
    if (share !== undefined) {
      outcome["by the hypersolver"] = share;
      outcome["its relative error, last"] = end?.error ?? Number.NaN;
    }
    return { key: name, outcome };
  });
}

/** Share of all iterations that the hypersolver solved. */
function shareOf({ points }: Course): number | undefined {
  if (points.every(({ share }) => share === undefined)) return undefined;
  let [before, sum] = [0, 0];
  for (const { iteration, share = 0 } of points) {
    sum += (iteration - before) * share;
    before = iteration;
  }
  return sum / before;
}

export const jointReport = (
  metrics: Partial<JointMetrics> & RunFacts,
  figures: readonly Figure[],
): RunReport => ({
  title: "Field and hypersolver in one training",
  lead:
    `Each training starts from the same values and sees the same mini-batches. The goal is what the first, by dopri5, ends with, but for ${MARGINS.flow} nats or ${100 * MARGINS.images} points of accuracy. ` +
    "Evaluations of f are of a whole mini-batch: on the way there, on the way back, and for references, of a few rows; times are processor time without validation.",
  facts: [],
  sections: [...rowSections(jointRows(metrics)), { heading: "Courses", figures }],
  footnotes: [
    "Poli et al., Hypersolvers: Toward Fast Continuous-Depth Models, NeurIPS 2020, section 6: joint training.",
  ],
});
