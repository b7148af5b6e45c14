import { type Density, decodeCsv, densityNamed } from "../../../src/data/index.js";
import { cast, Random, type Tensor, tensor, toFloat64 } from "../../../src/tensor/index.js";

/** What a flow is to learn: a density of the library, or points of the visitor's. */
export type Source =
  | { readonly kind: "named"; readonly name: string }
  | { readonly kind: "points"; readonly points: Float32Array }
  | { readonly kind: "csv"; readonly text: string; readonly name: string };

const SHOWN = 1500;

/** The density that a source names. */
export const namedDensity = (name: string): Density => densityNamed(name);

/** The points of a source, [n, 2]. */
export function pointsOf(source: Source, count: number): Tensor {
  if (source.kind === "named") return densityNamed(source.name).sample(count, new Random(3));
  if (source.kind === "points") return tensor("float32", [source.points.length / 2, 2], source.points);
  const { points } = decodeCsv(source.text, source.name);
  if (points.shape[1] !== 2)
    throw new Error(`Two columns are wanted, and ${source.name} has ${points.shape[1]}.`);
  return cast(points, "float32");
}

/** Points of a source, to look at. */
export async function drawnPoints({ source }: { readonly source: Source }): Promise<Float32Array> {
  return Float32Array.from(toFloat64(pointsOf(source, SHOWN)));
}
