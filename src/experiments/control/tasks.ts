import { cartPole, pendulum, quadrotor } from "../../control/index.js";
import {
  abs,
  add,
  concatColumns,
  cos,
  mul,
  type Node,
  reduceSum,
  slice,
  square,
  sub,
  sum,
} from "../../graph/index.js";
import type { ControlTask } from "./control-task.js";

/** One column of a state, [batch, 1]. */
const column = (z: Node, i: number): Node => slice(z, 1, i, i + 1);
/** weight · x² of a column. */
const squared = (z: Node, i: number, weight: number): Node => mul(square(column(z, i)), weight);
/** weight · ‖columns from … to‖². */
const squaredNorm = (z: Node, from: number, to: number, weight: number): Node =>
  mul(reduceSum(square(slice(z, 1, from, to)), 1, true), weight);

/** The height of the bob over hanging, 0 to 2, is what is missing. */
const heightMissing = (z: Node): Node => add(cos(column(z, 0)), 1);

const swingUp: ControlTask = {
  name: "pendulum",
  aim: "swing up with half the torque that holds it level",
  model: pendulum(),
  plant: pendulum({ friction: 0.15 }),
  problem: {
    bounds: { low: [-5], high: [5] },
    controlRate: 5,
    horizon: 1.6,
    stageCost: (z, u) => sum(heightMissing(z), squared(z, 1, 0.05), mul(square(u), 0.005)),
    terminalCost: (z) => add(mul(heightMissing(z), 2), squared(z, 1, 0.1)),
    constraints: (z) => sub(abs(column(z, 1)), 6),
  },
  states: { low: [-4.5, -8], high: [4.5, 8] },
  starts: { low: [-1, -1], high: [1, 1] },
  shake: 1,
  planning: { iterations: 10, firstIterations: 40, learningRate: 0.2, candidates: 4, spread: 0.3 },
  plane: [0, 1],
};

const balance: ControlTask = {
  name: "cart-pole",
  aim: "catch the pole and bring the cart to the middle of its track",
  model: cartPole(),
  plant: cartPole({ cartFriction: 0.5, poleFriction: 0.01 }),
  problem: {
    bounds: { low: [-15], high: [15] },
    controlRate: 10,
    horizon: 1,
    stageCost: (z, u) =>
      sum(
        squared(z, 0, 1),
        squared(z, 1, 2),
        squared(z, 2, 0.02),
        squared(z, 3, 0.02),
        mul(square(u), 0.001),
      ),
    terminalCost: (z) => sum(squared(z, 0, 2), squared(z, 1, 4), squared(z, 2, 0.1), squared(z, 3, 0.1)),
    constraints: (z) => sub(abs(column(z, 0)), 1),
  },
  states: { low: [-2, -2.2, -5, -8], high: [2, 2.2, 5, 8] },
  starts: { low: [-0.6, -0.4, -0.5, -0.5], high: [0.6, 0.4, 0.5, 0.5] },
  shake: 0.2,
  planning: { iterations: 10, firstIterations: 40, learningRate: 0.1, candidates: 4, spread: 0.1 },
  plane: [0, 1],
};

/** Thrust of a rotor that holds the quadrotor where it is. */
const HOVER = 9.81 / 4;
/** Where it may be: no lower, and no more tilted (rad). */
const FLOOR = -0.2;
const TILT = 0.6;

const hover: ControlTask = {
  name: "quadrotor",
  aim: "fly to a point and hover there, above the floor and without tilting far",
  model: quadrotor(),
  plant: quadrotor({ drag: 0.3, angularDrag: 0.005 }),
  problem: {
    bounds: { low: [1.5, 1.5, 1.5, 1.5], high: [3.5, 3.5, 3.5, 3.5] },
    controlRate: 10,
    horizon: 1,
    stageCost: (z, u) =>
      sum(
        squaredNorm(z, 0, 3, 1),
        squaredNorm(z, 3, 9, 0.1),
        squaredNorm(z, 9, 12, 0.02),
        mul(reduceSum(square(sub(u, HOVER)), 1, true), 0.02),
      ),
    terminalCost: (z) => sum(squaredNorm(z, 0, 3, 2), squaredNorm(z, 3, 9, 0.6), squaredNorm(z, 9, 12, 0.05)),
    constraints: (z) => concatColumns([sub(FLOOR, column(z, 2)), sub(abs(slice(z, 1, 6, 8)), TILT)]),
    penalty: 1000,
  },
  states: {
    low: [-1.5, -1.5, -1.5, -2, -2, -2, -0.8, -0.8, -0.8, -4, -4, -1.5],
    high: [1.5, 1.5, 1.5, 2, 2, 2, 0.8, 0.8, 0.8, 4, 4, 1.5],
  },
  starts: {
    low: [-1, -1, 0, -0.2, -0.2, -0.2, -0.2, -0.2, -0.2, -0.1, -0.1, -0.1],
    high: [1, 1, 1, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.1, 0.1, 0.1],
  },
  shake: 0.2,
  planning: { iterations: 10, firstIterations: 40, learningRate: 0.08, candidates: 2, spread: 0.05 },
  plane: [0, 2],
};

/** What is tried, by name. */
export const controlTasks: Readonly<Record<string, ControlTask>> = Object.fromEntries(
  [swingUp, balance, hover].map((task) => [task.name, task]),
);
