import { operatorCases, runCase } from "./operator-cases.js";

/** The test calls them from outside. */
Object.assign(globalThis, { operatorCases, runCase });
