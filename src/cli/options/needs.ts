/** An option that is needed beside those that are there, and what it is to say. */
export type Need = readonly [option: string, expected: string];

/** From where to where: what no method and no file says. */
const SPAN: Need = ["--span", "from where to where, such as 0,1"];

/** Whether a spelling, or one of several, names a file that says which span it is for. */
const hasOwnSpan = (text = ""): boolean => /(?:^|[,-])\s*(?:hyper[-:]|ns:|student:)/.test(text);

/** What is given of a solve. */
interface SolveAsk {
  readonly correction?: string | undefined;
  readonly method?: string | undefined;
  readonly methods?: string | undefined;
  readonly span?: unknown;
  readonly times?: unknown;
}

/** The span, unless times or the file of something learned say it. */
export const spanNeed = ({ correction, method, methods, span, times }: SolveAsk): Need[] =>
  [correction, span, times].some((each) => each !== undefined) || hasOwnSpan(method) || hasOwnSpan(methods)
    ? []
    : [SPAN];
