import { fitTable } from "../../hypersolver/specs.js";
import { flowTrainingTable } from "../../models/specs.js";
import type { Table } from "../../spec/index.js";
import { most, optionalTable } from "../../spec/internal.js";

/** What a continuous normalizing flow's experiment spends. */
export const cnfTable: Table = {
  phases: flowTrainingTable.phases,
  network: flowTrainingTable.network,
  validations: flowTrainingTable.validations,
  fit: {
    type: "record",
    partial: true,
    of: /* @__PURE__ */ optionalTable(fitTable, ["base", "steps", "span", "directions", "seed"]),
    required: true,
    help: "of every correction",
  },
  samples: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    required: true,
    help: "points a sample that is measured",
  },
  seeds: { type: "integer", min: 1, max: most.runs as number, required: true, help: "such samples" },
  heldOut: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    required: true,
    help: "points whose log-density is evaluated",
  },
};
