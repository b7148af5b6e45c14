import { fromNumbers, type Random, type Tensor } from "../../tensor/index.js";

/** Labeled points of the plane. */
export interface LabeledPoints {
  /** [n, 2]. */
  readonly x: Tensor;
  /** One-hot, [n, 2]. */
  readonly y: Tensor;
}

/** How far the arms wind, and how far points stray from them. */
const TURNS = 1.25;
const NOISE = 0.06;
/** Distance of the outer ends from the center. */
const REACH = 2;

/** Points of two interleaved spiral arms, each a class. */
export function spiralPoints(count: number, random: Random): LabeledPoints {
  const [x, y] = [new Float32Array(2 * count), new Float32Array(2 * count)];
  for (let i = 0; i < count; i++) {
    const arm = random.integer(0, 1);
    const share = Math.sqrt(0.03 + 0.97 * random.uniform());
    const angle = 2 * Math.PI * TURNS * share + Math.PI * arm;
    x[2 * i] = REACH * share * Math.cos(angle) + NOISE * random.normal();
    x[2 * i + 1] = REACH * share * Math.sin(angle) + NOISE * random.normal();
    y[2 * i + arm] = 1;
  }
  return { x: fromNumbers(x, [count, 2]), y: fromNumbers(y, [count, 2]) };
}
