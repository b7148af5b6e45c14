import { describe, expect, test } from "vitest";
import { add, log, mul, type Node, reduceSum, sub, sum } from "../../../../src/graph/index.js";
import { compileTraining, sgd, type Training } from "../../../../src/optim/index.js";
import { type Player, runTraining, type TrainingTask, takingTurns } from "../../../../src/optim/internal.js";
import type { NamedTensors } from "../../../../src/runtime/index.js";
import { fromNumbers, item, type Tensor } from "../../../../src/tensor/index.js";
import { essence, played, toyPlan } from "./toy.js";

const number = (value: number): Tensor => fromNumbers([value], [1], "float64");
const at = (values: NamedTensors, name: string): number => item(values[name] as Tensor);
const device = { device: "reference" } as const;

/** V(x, y) = x²/2 + 2xy − y²/2 + x: min over x, max over y at x = −1/5, y = −2/5. */
const value = (x: Node, y: Node): Node =>
  reduceSum(sum(mul(mul(x, x), 0.5), mul(mul(x, y), 2), mul(mul(y, y), -0.5), x));

interface GameOptions {
  readonly momentum?: number;
  readonly project?: (parameters: NamedTensors) => NamedTensors;
  readonly updates?: number;
}

/** x against y, each of whose training programs is given the other's value. */
async function game({ momentum = 0, project, updates = 1 }: GameOptions = {}): Promise<Player[]> {
  const batch = { other: { shape: [1], dtype: "float64" } } as const;
  const optimizer = sgd({ momentum });
  const low = await compileTraining(
    { parameters: { w: number(1) }, batch, loss: ({ w }, { other }) => value(w as Node, other), optimizer },
    device,
  );
  const high = await compileTraining(
    {
      parameters: { w: number(1) },
      batch,
      loss: ({ w }, { other }) => mul(value(other, w as Node), -1),
      optimizer,
      project,
    },
    device,
  );
  const reads =
    (other: string) =>
    (_: number, values: NamedTensors): NamedTensors => ({ other: values[other] as Tensor });
  return [
    { name: "low", training: low, updates, batch: reads("high.w") },
    { name: "high", training: high, rate: 0.5, batch: reads("low.w") },
  ];
}

const task = (players: () => Promise<Player[]>, iterations: number): TrainingTask => ({
  initial: { "low.w": number(1), "high.w": number(1) },
  phases: [
    {
      name: "game",
      stage: "playing",
      iterations,
      learningRate: () => 0.1,
      start: async () => takingTurns(await players()),
    },
  ],
  validate: async (values) => ({ score: [Math.abs(at(values, "low.w") + 0.2)], metrics: {} }),
});

describe("players that take turns", () => {
  test("make their updates one after another, each against what the others have become", async () => {
    const trainer = takingTurns(await game({ updates: 2 }));
    let [x, y] = [1, 1];
    for (let round = 0; round < 3; round++) {
      const { loss, metrics, taken } = await trainer.step(round, 0.1);
      let mean = 0;
      for (let i = 0; i < 2; i++) {
        mean += (x * x) / 2 + 2 * x * y - (y * y) / 2 + x;
        x -= 0.1 * (x + 2 * y + 1);
      }
      expect(loss).toBeCloseTo(mean / 2, 12);
      expect(metrics?.high).toBeCloseTo(-((x * x) / 2 + 2 * x * y - (y * y) / 2 + x), 12);
      y += 0.05 * (2 * x - y);
      expect(taken).toBe(true);
      expect(at(trainer.values(), "low.w")).toBeCloseTo(x, 12);
      expect(at(trainer.values(), "high.w")).toBeCloseTo(y, 12);
    }
    await trainer.dispose();
  });

  test("find the saddle point", async () => {
    const { best } = await runTraining(
      task(() => game(), 200),
      toyPlan,
    );
    expect(at(best?.values ?? {}, "low.w")).toBeCloseTo(-0.2, 4);
    expect(at(best?.values ?? {}, "high.w")).toBeCloseTo(-0.4, 4);
  });

  test("go on from a checkpoint bit by bit, memories of both optimizers included", async () => {
    const play = (): Promise<Player[]> => game({ momentum: 0.7, updates: 2 });
    const { outcome, checkpoints } = await played(task(play, 12));
    const resumed = await runTraining(task(play, 12), { ...toyPlan, checkpoint: checkpoints[0] });
    expect(checkpoints[0]?.iteration).toBeLessThan(12);
    expect(essence(resumed)).toEqual(essence(outcome));
  });

  test("are refused without names of their own", async () => {
    const players = await game();
    expect(() => takingTurns([])).toThrow("at least one");
    expect(() => takingTurns(players.map((player) => ({ ...player, name: "same" })))).toThrow("same, same");
    expect(() => takingTurns(players.map((player, i) => ({ ...player, name: `a.${i}` })))).toThrow("dots");
    for (const { training } of players) await training.dispose();
  });
});

describe("a player that breaks", () => {
  /** Climbs out of where a logarithm is defined. */
  const climber = (): Promise<Training> =>
    compileTraining(
      {
        parameters: { w: number(1) },
        batch: {},
        loss: ({ w }) => reduceSum(add(log(sub(2, w as Node)), mul(w as Node, -1))),
        optimizer: sgd(),
      },
      device,
    );

  test("ends the round, the training in the end, and what did best until then is in the error", async () => {
    const players = async (): Promise<Player[]> => [
      ...(await game()),
      { name: "climber", training: await climber(), batch: () => ({}) },
    ];
    const { initial, ...rest } = task(players, 60);
    const all = { initial: { ...initial, "climber.w": number(1) }, ...rest };
    const error = await runTraining(all, toyPlan).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "NON_FINITE",
      facts: { received: expect.stringMatching(/^the loss NaN for climber, 21 times in a row$/) },
    });
    const { best } = (error as { facts: { details: { outcome: Awaited<ReturnType<typeof runTraining>> } } })
      .facts.details.outcome;
    expect(best?.score[0]).toBeLessThan(1.2);
    expect(at(best?.values ?? {}, "low.w")).not.toBe(1);
  });
});

describe("a projection", () => {
  const project = ({ w }: NamedTensors): NamedTensors => ({ w: number(Math.max(0.5, item(w as Tensor))) });

  test("keeps a player where it may be, and the game ends at the bound", async () => {
    const trainer = takingTurns(await game({ project }));
    for (let round = 0; round < 200; round++) {
      await trainer.step(round, 0.1);
      expect(at(trainer.values(), "high.w")).toBeGreaterThanOrEqual(0.5);
    }
    // With y = 1/2 the best x is −2.
    expect(at(trainer.values(), "high.w")).toBe(0.5);
    expect(at(trainer.values(), "low.w")).toBeCloseTo(-2, 6);
    await trainer.dispose();
  });

  test("is applied to the average too, and leaves the optimizer's memory", async () => {
    const training = await compileTraining(
      {
        parameters: { w: number(1) },
        batch: {},
        loss: ({ w }) => reduceSum(w as Node),
        optimizer: sgd({ momentum: 0.5 }),
        averageDecay: 0.1,
        project,
      },
      device,
    );
    for (let i = 0; i < 30; i++) await training.step({}, 0.1);
    expect(at(training.averaged(), "w")).toBe(0.5);
    expect(at(training.parameters(), "w")).toBe(0.5);
    expect(at(training.state(), "velocity.w")).toBeCloseTo(2, 6);
    await training.dispose();
  });
});
