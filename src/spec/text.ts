import { misreadAlternative, type Problem, problemOf } from "./check.js";
import type { Kind, MapKind } from "./kind.js";
import { adviceOn } from "./suggestion.js";
import { textExpectation } from "./words.js";

/** The value that a command line's text means; undefined where it means none of that kind. */
export function valueOfText(kind: Kind, text: string): unknown {
  if (kind.nullable === true && text === "none") return null;
  const value = readText(kind, text);
  return value === undefined || problemOf(kind, value) !== undefined ? undefined : value;
}

/** Why a command line's text means no value of a kind. */
export function problemOfText(kind: Kind, text: string): Omit<Problem, "path"> {
  const known = text === "" ? undefined : problemOfReading(kind, text);
  return {
    expected: known?.expected ?? textExpectation(kind),
    received: JSON.stringify(text),
    help: known?.help ?? adviceOn(kind, readText(kind, text)),
  };
}

function problemOfReading(kind: Kind, text: string): Problem | undefined {
  if (kind.type === "text") return problemOf(kind, text);
  return kind.type === "either" ? misreadAlternative(kind, text, "") : undefined;
}

function readText(kind: Kind, text: string): unknown {
  switch (kind.type) {
    case "integer":
    case "number":
      return numberOf(text);
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "span":
    case "range":
      return text.split(",").map(numberOf);
    case "list":
      return text.trimStart().startsWith("[")
        ? jsonOf(text)
        : text.split(",").map((part) => readText(kind.of, part.trim()));
    case "either":
      return kind.of.map((each) => valueOfText(each, text)).find((value) => value !== undefined);
    case "record":
    case "options":
      return jsonOf(text);
    case "map":
      return mapOf(kind, text);
    default:
      return text;
  }
}

/** JavaScript reads empty text as 0; here it is no number. */
const numberOf = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `NAME=VALUE`; the value may itself have equal signs. */
function mapOf({ keys }: MapKind, text: string): unknown {
  const pairs = (keys === undefined ? [text] : text.split(",")).map((part) => {
    const at = part.indexOf("=");
    return [part.slice(0, Math.max(0, at)).trim(), part.slice(at + 1).trim()] as const;
  });
  return pairs.some(([name]) => name === "") ? undefined : Object.fromEntries(pairs);
}

/** The text that means a value. */
export function textOfValue(kind: Kind, value: unknown): string {
  if (value === null) return "none";
  if (typeof value === "number") return numberText(value);
  if (kind.type === "either") {
    const own = kind.of.find((each) => problemOf(each, value) === undefined);
    if (own !== undefined) return textOfValue(own, value);
  }
  if (kind.type === "list" && Array.isArray(value) && kind.of.type !== "record")
    return value.map((each) => textOfValue(kind.of, each)).join(",");
  if (Array.isArray(value) && kind.type !== "list") return value.map(String).join(",");
  if (kind.type === "map")
    return Object.entries(value as object)
      .map(([name, text]) => `${name}=${text}`)
      .join(",");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** `1e-6` rather than `0.000001`. */
export const numberText = (value: number): string =>
  value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : String(value);
