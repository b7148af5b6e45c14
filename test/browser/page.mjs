// @ts-check
import { job, refusal } from "./job.mjs";

/** The test calls them from outside. */
Object.assign(globalThis, { job, refusal });
