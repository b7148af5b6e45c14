/** What tables of options need of this layer: loads nothing else. */

export { type DatasetName, datasetNames } from "./definition.js";
