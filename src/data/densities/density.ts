import { type Random, type Tensor, tensor } from "../../tensor/index.js";
import { requireCount } from "./parameters.js";

/** A distribution on the plane that can be sampled, with what there is to say about it. */
export interface Density {
  /** Key in the registry: `"swiss-roll"`. */
  readonly name: string;
  /** Heading of a figure: `"Swiss roll"`. */
  readonly title: string;
  /** One sentence with the parameters, in data units and degrees. */
  readonly description: string;
  /**
   * Independent points, float32 [count, 2]: any run of neighbors is a fair batch.
   * @param count a positive integer.
   * @throws INVALID_ARGUMENT for another count.
   */
  sample(count: number, random: Random): Tensor<"float32">;
  /** Differential entropy in nats, where known in closed form: the lowest mean negative log-likelihood there is. */
  readonly entropy?: number;
}

/** x and y, in data units. */
export type Point = readonly [x: number, y: number];

/** A density from the way in which one of its points is drawn. */
export function densityOf(facts: Omit<Density, "sample">, drawPoint: (random: Random) => Point): Density {
  return Object.freeze({
    ...facts,
    sample(count: number, random: Random): Tensor<"float32"> {
      requireCount(`${facts.name}: count`, count);
      const points = new Float32Array(2 * count);
      for (let i = 0; i < count; i++) points.set(drawPoint(random), 2 * i);
      return tensor("float32", [count, 2], points);
    },
  });
}

/** The point moved by normal noise of this deviation, the same in every direction. */
export function blurred([x, y]: Point, deviation: number, random: Random): Point {
  return [x + deviation * random.normal(), y + deviation * random.normal()];
}

/** A number of a description: `2.829`. */
export function brief(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** An angle of a description, from radians: `60°`. */
export function degrees(radians: number): string {
  return `${brief((radians * 180) / Math.PI)}°`;
}
