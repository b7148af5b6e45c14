import { fail } from "../tensor/index.js";
import { cifar10 } from "./cifar10.js";
import { type DatasetDefinition, type DatasetName, datasetNames } from "./definition.js";
import { mnist } from "./mnist.js";

/** Every data set by name. */
export const datasetDefinitions: Readonly<Record<DatasetName, DatasetDefinition>> = { mnist, cifar10 };

/** @throws INVALID_ARGUMENT listing the names there are. */
export function datasetNamed(name: string): DatasetDefinition {
  const found = datasetNames.find((known) => known === name);
  if (found !== undefined) return datasetDefinitions[found];
  throw fail("INVALID_ARGUMENT", {
    what: "data set",
    expected: `one of ${datasetNames.join(", ")}`,
    received: JSON.stringify(name),
  });
}
