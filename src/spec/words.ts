import type { IntegerKind, Kind, NumberKind } from "./kind.js";

/** What a kind takes, in words: `a positive integer`. `many` of them: `positive integers`. */
export function expectation(kind: Kind, many = false): string {
  const words = plainWords(kind, many);
  return kind.nullable === true ? `${words}, or null` : words;
}

function plainWords(kind: Kind, many: boolean): string {
  switch (kind.type) {
    case "integer":
      return integers(kind, many);
    case "number":
      return numbers(kind, many);
    case "text":
      return kind.expected ?? (many ? "names" : "text");
    case "boolean":
      return "true or false";
    case "choice":
      return `one of ${kind.of.join(", ")}`;
    case "span":
      return "two numbers, such as [0, 1]";
    case "range":
      return "two numbers [low, high] with 0 < low <= high";
    case "map":
    case "options":
      return kind.expected;
    case "list":
      return `a list of ${expectation(kind.of, true)}`;
    case "either":
      return kind.of.map((each) => expectation(each)).join("; or ");
    case "record":
      return `options: ${Object.keys(kind.of).join(", ")}`;
  }
}

function integers({ min, max }: IntegerKind, many: boolean): string {
  const most = boundText(max);
  if (min === 1) return many ? `positive integers up to ${most}` : `a positive integer, at most ${most}`;
  return `${many ? "integers" : "an integer"} ${min === undefined ? "up" : `from ${boundText(min)}`} to ${most}`;
}

/** `1e9` rather than `1000000000`. */
export function boundText(bound: number): string {
  const scientific = bound.toExponential().replace("e+", "e");
  return Math.abs(bound) >= 1e6 && scientific.length < 5 ? scientific : String(bound);
}

function numbers({ min, above, max, below }: NumberKind, many: boolean): string {
  const noun = many ? "numbers" : "a number";
  const lower = above !== undefined ? ` above ${above}` : min !== undefined ? `, at least ${min}` : "";
  const upper = below !== undefined ? `, below ${below}` : max !== undefined ? `, at most ${max}` : "";
  return `${noun}${lower}${upper}`;
}

/** The same for text of a command line. */
export function textExpectation(kind: Kind): string {
  const words = plainTextWords(kind);
  return kind.nullable === true ? `${words}, or none` : words;
}

function plainTextWords(kind: Kind): string {
  if (kind.type === "span") return "two numbers t0,t1, such as 0,1";
  if (kind.type === "range") return "two numbers low,high with 0 < low <= high";
  if (kind.type === "either") return kind.of.map(textExpectation).join("; or ");
  if (kind.type !== "list") return plainWords(kind, false);
  const { of } = kind;
  if (of.type === "choice") return `names between commas out of ${of.of.join(", ")}`;
  const example = { integer: ", such as 64,64", number: ", such as 1e-3,1e-5" };
  const words = `${expectation(of, true)} between commas`;
  return of.type === "integer" || of.type === "number" ? `${words}${example[of.type]}` : words;
}

/** A value in an error: what came. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number") return String(value);
  return typeof value === "object" || typeof value === "string" ? JSON.stringify(value) : String(value);
}
