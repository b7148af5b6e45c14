import { fitTable } from "../../hypersolver/specs.js";
import { classifierArchitectureNames, classifierTrainingTable } from "../../models/specs.js";
import type { Table } from "../../spec/index.js";
import { most, optionalTable } from "../../spec/internal.js";

/** What an image experiment spends on a classifier. */
export const imageTable: Table = {
  architecture: {
    type: "choice",
    of: classifierArchitectureNames,
    required: true,
    help: "of the classifier: {choices}",
  },
  correction: {
    ...fitTable.architecture,
    required: true,
    help: "of g, where it does not read what f computes",
  },
  fit: {
    type: "record",
    partial: true,
    of: /* @__PURE__ */ optionalTable(fitTable, ["base", "steps", "span", "seed"]),
    required: true,
    help: "of every hypersolver",
  },
  test: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    required: true,
    help: "test images that are classified",
  },
  fronts: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    required: true,
    help: "test images on which errors are measured",
  },
  batch: {
    type: "integer",
    min: 1,
    max: most.batch as number,
    required: true,
    help: "images a batch of those",
  },
};

/** The same where the classifier is to be trained first. */
export const trainedImageTable: Table = /* @__PURE__ */ withTraining(classifierTrainingTable);

function withTraining({ architecture: _, seed: _seed, ...training }: typeof classifierTrainingTable): Table {
  return {
    ...imageTable,
    training: { type: "record", partial: true, of: training, required: true, help: "of the classifier" },
    refinement: { type: "record", partial: true, of: training, help: "a second training, from the first" },
  };
}
