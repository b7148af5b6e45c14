import type { z } from "zod";
import { type ErrorFacts, fail } from "./errors.js";

/**
 * Facts that a file carries as JSON.
 * @param text undefined: the file has none.
 * @param told what to say of a file without such facts.
 * @throws MALFORMED_FILE naming the first member that is wrong.
 */
export function parseFacts<T>(
  schema: z.ZodType<T>,
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
  const { data, error } = schema.safeParse(json);
  if (error === undefined) return data;
  const [{ path, message } = { path: [], message: "" }] = error.issues;
  throw malformed(`a wrong ${path.join(".") || "kind of JSON"}: ${message}`, error);
}
