import type { AdversarialNumbers } from "../../hypersolver/internal.js";
import type { Figure } from "../../plot/index.js";
import { isBroken } from "../../tensor/index.js";
import type { RunReport } from "../kit/report.js";
import { joinRows, type ResultRow, resultRow } from "../kit/result-row.js";
import { rowSections } from "../kit/row-tables.js";
import type { AdversarialMetrics, FieldKind } from "./game.js";

/** Where both courses began, and where their fields were hardest; then what every correction does on the fields of a kind, means over these. */
export function adversarialRows({
  standings = [],
  courses = [],
}: Partial<AdversarialMetrics>): readonly ResultRow[] {
  const ends = courses.flatMap(({ label, points }) => {
    const [first] = points;
    const hardest = points.reduce(harder, first);
    return Object.entries({ start: first, hardest }).map(
      ([at, point]): ResultRow => ({
        key: { "under attack": label, at },
        outcome: point === undefined ? {} : tableNumbers(point.numbers),
      }),
    );
  });
  const all = standings.map(({ arm, kind, numbers }) => [
    resultRow({ correction: arm, field: kind }, numbers, tableNumbers),
  ]);
  const joined = joinRows(all).map(({ key, values, broken }) => ({ key, outcome: meansOr(values, broken) }));
  return [...ends, ...joined.map((row) => withRatio(row, joined))];
}

/** The row with its error over that of plain training on the same fields; in its own attack every correction has others. */
function withRatio(row: ResultRow, all: readonly ResultRow[]): ResultRow {
  const own: FieldKind = "its own attack";
  const plain = all.find(({ key }) => key.correction === "plain" && key.field === row.key.field);
  if (plain === undefined || row.key.field === own || isBroken(row.outcome) || isBroken(plain.outcome))
    return row;
  const { error, ...others } = row.outcome;
  if (error === undefined || plain.outcome.error === undefined) return row;
  return { ...row, outcome: { error, "over plain's": error / plain.outcome.error, ...others } };
}

type Point = AdversarialMetrics["courses"][number]["points"][number];

/** The later of two points whose field is worse for the base. */
const harder = (a: Point | undefined, b: Point): Point =>
  a === undefined || b.numbers.baseError > a.numbers.baseError ? b : a;

/** Means over the fields of a kind; where a correction broke on all of them, why. */
const meansOr = (
  values: ReturnType<typeof joinRows>[number]["values"],
  broken: ReturnType<typeof joinRows>[number]["broken"],
): ResultRow["outcome"] =>
  broken !== undefined && Object.keys(values).length === 0
    ? { broken: broken.broken, reason: broken.reason }
    : Object.fromEntries(Object.entries(values).map(([name, { mean }]) => [name, mean]));

const tableNumbers = ({ error, baseError, nfe, eigenvalue, referenceError }: AdversarialNumbers) => ({
  error,
  "base's error": baseError,
  "dopri5's evaluations": nfe,
  "largest |λ|": eigenvalue,
  "reference's error": referenceError,
});

/** What is said of a run. */
export const adversarialReport = (
  title: string,
  metrics: Partial<AdversarialMetrics>,
  figures: readonly Figure[],
): RunReport => ({
  title,
  lead: "An adversary moves the weights of a flow's field, within a bound, to where the hypersolver's states are far from those of a fine reference. Errors are mean distances to dopri5 at 1e-8 at s = 1, of held-out states; stiff are held-out fields of which dopri5 makes twice the evaluations that it makes of the given one, or more. Hardest is where the base has its largest error.",
  facts: [],
  sections: [
    ...rowSections(adversarialRows(metrics)),
    { heading: "Before and after", figures: figures.slice(0, 1) },
    { heading: "Under attack", figures: figures.slice(1) },
  ],
  footnotes: [
    "Poli et al., Hypersolvers: Toward Fast Continuous-Depth Models, NeurIPS 2020, equation 6 and appendix B.2.",
  ],
});
