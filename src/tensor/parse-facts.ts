import { z } from "zod/mini";
import { type ErrorFacts, fail } from "./errors.js";

/**
 * Facts that a file carries as JSON.
 * @param text undefined: the file has none.
 * @param told what to say of a file without such facts.
 * @throws MALFORMED_FILE naming the first member that is wrong.
 */
export function parseFacts<T>(
  schema: z.core.$ZodType<T>,
  text: string | undefined,
  told: Pick<ErrorFacts, "what" | "expected" | "help">,
): T {
  const malformed = (received: string, cause?: unknown): Error =>
    fail("MALFORMED_FILE", { ...told, received, cause });
  if (text === undefined) throw malformed("another file, without it");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw malformed(text === "" ? "nothing" : text.slice(0, 60), cause);
  }
  const { data, error } = z.safeParse(schema, json, { error: z.locales.en().localeError });
  if (error === undefined) return data;
  const [{ path, message } = { path: [], message: "" }] = error.issues;
  throw malformed(`a wrong ${path.join(".") || "kind of JSON"}: ${message}`, error);
}
