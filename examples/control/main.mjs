import {
  boxStates,
  compileRecedingHorizon,
  fieldPlant,
  fitCorrection,
  fromNumbers,
  hyper,
  pendulum,
  runClosedLoop,
} from "hypersolvers";
import { add, mul, slice, square } from "hypersolvers/graph";

// Swing a pendulum up by a motor too weak to lift it at once, and hold it there.
const { field } = pendulum({ friction: 0.1 });
const angle = (z) => slice(z, 1, 0, 1);
const velocity = (z) => slice(z, 1, 1, 2);
const problem = {
  field,
  bounds: { low: [-6], high: [6] },
  controlRate: 5,
  horizon: 1.6,
  stageCost: (z, u) =>
    add(add(square(add(angle(z), -Math.PI)), mul(square(velocity(z)), 0.1)), mul(square(u), 0.001)),
  terminalCost: (z) => mul(square(add(angle(z), -Math.PI)), 5),
};

// The controller's model takes one step a control interval: Euler with a g that knows what such a step misses.
const states = boxStates({ low: [-4, -9], high: [7, 9] }, { u: problem.bounds });
const spec = { base: "euler", steps: 1, span: [0, 1 / problem.controlRate], epsilon: null };
const { correction } = await fitCorrection(
  field,
  { ...spec, inputs: ["z", "stages", "x"], iterations: 1500, trajectories: 4096 },
  { states },
);

const plant = await fieldPlant(field);
const z0 = fromNumbers([0, 0, 0.5, 0, -0.5, 0, 1, 0], [4, 2]);
for (const method of ["euler:1", "rk4:1", hyper(correction, { steps: 1 })]) {
  const controller = await compileRecedingHorizon(problem, method, {
    iterations: 15,
    candidates: 4,
    seed: 0,
  });
  const { cost, states: visited } = await runClosedLoop(controller, plant, z0, { duration: 4 });
  const ends = [...visited.at(-1).data].filter((_, i) => i % 2 === 0).map((x) => (x - Math.PI).toFixed(2));
  console.log(
    method.name ?? method,
    "mean cost",
    (cost.reduce((a, b) => a + b) / cost.length).toFixed(2),
    "from upright:",
    ends.join(" "),
  );
}
