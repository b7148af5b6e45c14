import { fail } from "../../../tensor/index.js";

/**
 * A package that only queues need.
 * @param load its import, written out, so that bundlers see it.
 * @throws MISSING_PACKAGE that says how to install it.
 */
export async function optionalPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND";
    if (!isMissing) throw cause;
    throw fail("MISSING_PACKAGE", {
      what: name,
      expected: "an optional package, which queues of jobs need",
      received: "it is not installed",
      help: `npm install ${name}`,
      cause,
    });
  }
}
