import { card, intro, row, trouble } from "../../dom/card.js";
import { slider } from "../../dom/controls.js";
import { element } from "../../dom/element.js";
import { meter } from "../../dom/meter.js";
import { formatNumber } from "../../dom/numbers.js";
import { taskButton } from "../../dom/task-button.js";
import { engine } from "../../engine/engine.js";
import { errorRecord } from "./error-record.js";
import { MOST_TORQUE } from "./pendulums.js";
import { pendulumScene } from "./scene.js";

const ITERATIONS = 3000;
const WORDS =
  "Drag the pendulum, or set the torque. Half a second at a time, three solvers say where it goes: dopri5, which takes as many evaluations as it wants, and two that may take four. RK4 spends them on one step; the hypersolver on two midpoint steps with a correction that knows the torque.";

/** A pendulum that the visitor drives, by three solvers at once. */
export function pendulumPage(): HTMLElement {
  const problem = trouble();
  const progress = meter("learning a correction for the pendulum");
  const record = errorRecord();
  const torque = slider({
    ...{ label: "Torque", min: -MOST_TORQUE, max: MOST_TORQUE, step: 0.5, value: 0 },
    text: (value) => `${value.toFixed(1)} s⁻²`,
    onInput: (value) => scene.push(value),
  });
  const scene = pendulumScene({
    onTorque: torque.set,
    onSwing: record.add,
    onReset: record.clear,
    onFailure: problem.say,
  });
  const learn = taskButton(
    "Learn again",
    async (signal) => {
      problem.say(undefined);
      scene.pause();
      const { seconds, error } = await engine.run(
        "preparePendulum",
        { iterations: ITERATIONS },
        {
          signal,
          onEvent: ({ stage, done, total }) => progress.show(`${stage}: ${done} of ${total}`, done / total),
        },
      );
      progress.show(
        `learned in ${seconds.toFixed(1)} s: mean error ${formatNumber(error)} in half a second`,
        1,
      );
      scene.start();
    },
    problem.say,
  );
  void learn.start();
  const again = element("button", { type: "button", onclick: scene.reset }, "Begin again");
  return element(
    "div",
    { class: "page" },
    intro("A pendulum with a motor", WORDS),
    element(
      "div",
      { class: "pendulum" },
      card({ title: "Three pendulums, one motor" }, scene.root, row(torque.root, again)),
      card({ title: "How far they are off" }, record.root, row(learn.root, progress.root), problem.root),
    ),
  );
}
