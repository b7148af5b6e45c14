import type { Finalist } from "./finals.js";
import type { Goal } from "./goal.js";

/** What came out of a search. */
export interface Choice {
  /** Whether the solver keeps to the goal on the test states. */
  readonly isMet: boolean;
  /** The fastest that does; else the one with the smallest error, of those in time where one is. */
  readonly winner: Finalist;
  readonly runnersUp: readonly Finalist[];
  /** The best that can be one ONNX file: the winner, where its steps are fixed. */
  readonly exported: Finalist | undefined;
  /** The best of what nothing was learned for, and of what was, where they keep to the goal. */
  readonly plain: Finalist | undefined;
  readonly learned: Finalist | undefined;
  /** The fastest student that keeps to the goal: not a solver, but it shows whether f is needed for that. */
  readonly student: Finalist | undefined;
  /** Faster ones that kept to the goal on the selection states but not on the test states. */
  readonly missed: readonly Finalist[];
}

const RUNNERS_UP = 3;
/** Learning has to pay: a smaller speed-up may be noise. */
const TIE = 1.05;

const isPlain = ({ record: { family } }: Finalist): boolean =>
  family === "classical" || family === "adaptive";

/**
 * The fastest of finalists in order of their times. Where its median lies within the runs of others, the clock cannot
 * distinguish them, and the least arithmetic decides.
 */
function fastestOf([first, ...others]: readonly Finalist[]): Finalist | undefined {
  if (first === undefined) return undefined;
  const alike = others.filter(({ timing }) => timing.fastest <= first.timing.milliseconds);
  return alike.reduce((best, each) => (each.record.macs < best.record.macs ? each : best), first);
}

const isStudent = ({ record: { family } }: Finalist): boolean => family === "student";

/** @returns undefined where there are no finalists that solve. */
export function choose(all: readonly Finalist[], goal: Goal): Choice | undefined {
  const { error, milliseconds = Number.POSITIVE_INFINITY } = goal;
  const keeps = ({ test, timing }: Finalist): boolean =>
    test.value <= error && timing.milliseconds <= milliseconds;
  const finalists = all.filter((finalist) => !isStudent(finalist));
  const student = fastestOf(
    all
      .filter((finalist) => isStudent(finalist) && keeps(finalist))
      .sort((a, b) => a.timing.milliseconds - b.timing.milliseconds),
  );
  const inTime = finalists.filter(({ timing }) => timing.milliseconds <= milliseconds);
  const bySpeed = [...inTime].sort((a, b) => a.timing.milliseconds - b.timing.milliseconds);
  const good = bySpeed.filter(({ test }) => test.value <= error);
  const byError = [...(inTime.length === 0 ? finalists : inTime)].sort((a, b) => a.test.value - b.test.value);
  const plain = fastestOf(good.filter(isPlain));
  const learned = fastestOf(good.filter((finalist) => !isPlain(finalist)));
  const first = fastestOf(good);
  const isTie = plain !== undefined && plain.timing.milliseconds <= TIE * (first?.timing.milliseconds ?? 0);
  const winner = (isTie ? plain : first) ?? byError[0];
  if (winner === undefined) return undefined;
  const isMet = good.length > 0;
  const ranked = isMet ? [...good, ...byError.filter((each) => !good.includes(each))] : byError;
  const isFixed = ({ method }: Finalist): boolean => method.kind === "fixed";
  return {
    isMet,
    winner,
    runnersUp: ranked.filter((each) => each !== winner).slice(0, RUNNERS_UP),
    exported: [winner, ...ranked].find(isFixed),
    plain,
    learned,
    student,
    missed: isMet
      ? bySpeed.filter(
          (each) =>
            !good.includes(each) &&
            each.record.error.high <= error &&
            each.timing.milliseconds < winner.timing.milliseconds,
        )
      : [],
  };
}
