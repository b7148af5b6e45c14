import { fail } from "../tensor/errors.js";
import type { Row, Subject, Table } from "./kind.js";
import { shown } from "./words.js";

/**
 * Refuses options that were given and are about something else.
 * @param needed by subject, what an option that is about it alone needs: `image states for it`.
 * @throws INVALID_ARGUMENT that names the option.
 */
export function refuseOthers(
  table: Table,
  spec: Readonly<Record<string, unknown>>,
  subject: Subject,
  needed: Partial<Readonly<Record<Subject, string>>>,
): void {
  for (const [what, { appliesTo = [subject] }] of Object.entries<Row>(table)) {
    const [first = subject] = appliesTo;
    if (appliesTo.includes(subject) || spec[what] === undefined) continue;
    const { [first]: expected = `${first} for it` } = needed;
    throw fail("INVALID_ARGUMENT", { what, expected, received: shown(spec[what]) });
  }
}
