import type { Field } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import type { NamedTensors } from "../../runtime/index.js";
import { type Random, type Tensor, tensor, toFloat64 } from "../../tensor/index.js";
import { stackedRows } from "../../tensor/internal.js";
import { type ConvNetworkOptions, convNetwork, withFoldedChannels } from "../correction/conv-network.js";
import type { CorrectionNetwork } from "../correction/correction.js";
import { shapesSeen } from "../correction/input-shapes.js";
import { type MixedOptions, mixedNetwork, withFoldedScale } from "../correction/mixed-network.js";
import { startingMixing } from "../correction/mixing.js";
import type { ConvActivation, CorrectionInput, HiddenActivation } from "../correction/names.js";
import { answerTable, inputTable, layoutFor } from "../correction/row-layout.js";
import { columnStatistics, usualSize } from "../correction/statistics.js";
import {
  type WhitenedOptions,
  whitenedNetwork,
  withFoldedWhitening,
} from "../correction/whitened-network.js";
import { whiteningOf } from "../correction/whitening.js";
import { hasImageStates } from "../states/subject.js";

/** What a network looks at, and how large it is. */
export interface NetworkLook {
  readonly inputs: readonly CorrectionInput[];
  readonly features: readonly string[];
  readonly hidden: readonly number[];
  /** Of images. */
  readonly kernels?: readonly number[] | undefined;
  readonly activation: ConvActivation;
  /** Of vectors: no matrix beside the layers. Default false. */
  readonly layersAlone?: boolean | undefined;
  /** Of vectors: layers and matrix see so many sums of state and evaluations in place of all of them. Default: all. */
  readonly mixes?: number | undefined;
}

/** What it will see, and how large its answers are. */
interface Scaling {
  /** Tables or images by the names of the network's inputs, of one place or of several. */
  readonly seen: readonly NamedTensors[];
  /** Answers that are wanted, whose usual size is that of the network's. */
  readonly wanted: Tensor;
}

/** A network before training. */
export interface ScaledNetwork {
  readonly network: CorrectionNetwork;
  /** The same network, trained, with its statistics inside its weights: cheaper to run. */
  readonly finish: (network: CorrectionNetwork) => CorrectionNetwork;
}

/** Layers and a matrix for vectors, convolutions for images. */
export function scaledNetwork(
  field: Field,
  look: NetworkLook,
  { seen, wanted }: Scaling,
  random: Random,
): ScaledNetwork {
  if (!hasImageStates(field)) return vectorNetwork(field, look, { seen, wanted }, random);
  const { inputs, features, hidden, kernels = [], activation } = look;
  const names = Object.keys(seen[0] ?? {});
  const tables = (name: string): Tensor[] => seen.map((one) => one[name] as Tensor);
  const shared = { inputs, features, hidden };
  const [, , height = 1, width = 1] = stateType(field).shape.map(Number);
  const stages = names.filter((name) => /^k\d+$/.test(name)).length;
  const shapes = shapesSeen(field, stages, { inputs, features });
  const statistics = Object.fromEntries(names.map((name) => [name, columnStatistics(...tables(name))]));
  const options: ConvNetworkOptions = {
    ...shared,
    ...{ statistics, kernels, activation, shapes, scale: usualSize(wanted) },
    size: [height, width],
  };
  return {
    network: convNetwork(options, random),
    finish: (network) => withFoldedChannels(options, network),
  };
}

function vectorNetwork(
  field: Field,
  look: NetworkLook,
  { seen, wanted }: Scaling,
  random: Random,
): ScaledNetwork {
  const { inputs, features, hidden, activation, layersAlone = false, mixes } = look;
  const shown = Object.entries(seen[0] ?? {}).map(([name, { shape }]) => [name, shape.slice(1)] as const);
  const layout = layoutFor(Object.fromEntries(shown), stateType(field).shape.slice(1).map(Number));
  const tables = seen.map((one) => shown.map(([name]) => inputTable(layout, name, one[name] as Tensor)));
  const shared = {
    ...{ inputs, features, hidden, layout },
    scale: usualSize(answerTable(layout, wanted)),
    activation: activation as HiddenActivation,
    matrix: !layersAlone,
  };
  if (mixes !== undefined) {
    const sources = shown.map((_, p) => belowOneAnother(tables.map((one) => one[p] as Tensor)));
    const mixing = startingMixing(sources, Math.min(mixes, sources.length));
    const options: MixedOptions = { ...shared, mixing, sizes: sources.map(rootMeanSquareOf) };
    return {
      network: mixedNetwork(options, random),
      finish: (network) => withFoldedScale(options, network),
    };
  }
  const options: WhitenedOptions = { ...shared, whitening: whiteningOf(...tables.map(sideBySide)) };
  return {
    network: whitenedNetwork(options, random),
    finish: (network) => withFoldedWhitening(options, network),
  };
}

/** Of all numbers of a table; one where all are zero. */
function rootMeanSquareOf(table: Tensor): number {
  const values = toFloat64(table);
  return Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / Math.max(1, values.length)) || 1;
}

/** Tables of the same columns as one. */
function belowOneAnother(tables: readonly Tensor[]): Tensor {
  const [first] = tables;
  return tables.length === 1 && first !== undefined ? first : stackedRows(tables);
}

/** Tables of equally many rows as one. */
function sideBySide(tables: readonly Tensor[]): Tensor {
  const rows = tables[0]?.shape[0] ?? 0;
  const widths = tables.map(({ shape }) => shape[1] ?? 0);
  const width = widths.reduce((total, own) => total + own, 0);
  const data = new Float64Array(rows * width);
  let at = 0;
  tables.forEach((table, i) => {
    const own = widths[i] ?? 0;
    const values = toFloat64(table);
    for (let row = 0; row < rows; row++)
      data.set(values.subarray(row * own, (row + 1) * own), row * width + at);
    at += own;
  });
  return tensor("float64", [rows, width], data);
}
