/** An option that is missing, and what it should say. */
export type Need = readonly [option: string, expected: string];

/** From where to where: what no method and no file says. */
export const SPAN: Need = ["--span", "from where to where, such as 0,1"];

/** Whether a spelling, or one of several, names a file that says which span it is for. */
const hasOwnSpan = (text = ""): boolean => /(?:^|[,-])\s*(?:hyper[-:]|ns:|student:)/.test(text);

/** What is given of a solve. */
interface SolveAsk {
  readonly correction?: string | undefined;
  readonly method?: string | undefined;
  readonly methods?: string | undefined;
  readonly span?: unknown;
  readonly times?: unknown;
  /** Fields that lead from noise to data have a span of their own. */
  readonly prediction?: unknown;
  readonly schedule?: unknown;
}

/** The span, unless times, a schedule or the file of something learned say it. */
export const spanNeed = ({ method, methods, ...others }: SolveAsk): Need[] =>
  [others.correction, others.span, others.times, others.prediction, others.schedule].some(
    (each) => each !== undefined,
  ) ||
  hasOwnSpan(method) ||
  hasOwnSpan(methods)
    ? []
    : [SPAN];
