import { job, refusal } from "./job.ts";
import * as library from "./library.mjs";

/** The test calls them from outside. */
Object.assign(globalThis, {
  job: (machine) => job(library, machine),
  refusal: () => refusal(library),
});
