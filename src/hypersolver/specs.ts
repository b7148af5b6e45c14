/** Tables of this layer's options: light enough for help, loads nothing else. */

export { checkMethodsText, checkMethodText } from "./correction/method-text.js";
export { fitTable } from "./fit/fit-table.js";
export { followTable } from "./follow/follow-table.js";
export { coefficientTable } from "./learned/coefficient-table.js";
export { solverTable } from "./learned/solver-table.js";
export { studentTable } from "./student/student-table.js";
