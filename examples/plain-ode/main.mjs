import { orThrow, solve } from "hypersolvers";

// Lotka and Volterra: prey grow and are eaten, predators starve and eat.
const field = (_s, [prey, predators]) => [1.5 * prey - prey * predators, prey * predators - 3 * predators];
const start = [10, 5];

const times = [0, 1, 2, 3, 4];
const { states, statistics } = orThrow(await solve(field, start, { times, method: "dopri5@1e-8" }));
console.log(`dopri5: ${statistics.nfe} evaluations`);
for (const [i, [prey, predators]] of states.entries())
  console.log(`t = ${times[i]}: ${prey.toFixed(5)} prey, ${predators.toFixed(5)} predators`);

// This number stays what it was at the start: a measure of every solver's error.
const invariant = ([x, y]) => x - 3 * Math.log(x) + y - 1.5 * Math.log(y);
for (const method of ["heun:200", "rk4:100", "ab3:400", "dopri5@1e-5", "tsit5@1e-5"]) {
  const solution = orThrow(await solve(field, start, { span: [0, 4], method }));
  const drift = Math.abs(invariant(solution.states.at(-1)) - invariant(start));
  console.log(`${method}: ${solution.statistics.nfe} evaluations, off by ${drift.toExponential(1)}`);
}
