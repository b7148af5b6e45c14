import { card, row, trouble } from "../../dom/card.js";
import { choice, slider } from "../../dom/controls.js";
import { element } from "../../dom/element.js";
import { save } from "../../dom/files.js";
import { meter } from "../../dom/meter.js";
import { formatNumber } from "../../dom/numbers.js";
import { taskButton } from "../../dom/task-button.js";
import { flowPicture } from "../../draw/flow-picture.js";
import { engine } from "../../engine/engine.js";
import type { Source } from "../../worker/densities.js";

/** The flows that come trained. */
const trained = [
  { value: "pinwheel", label: "Pinwheel" },
  { value: "rings", label: "Rings" },
  { value: "checkerboard", label: "Checkerboard" },
  { value: "circles", label: "Circles" },
  { value: "yours", label: "Yours" },
] as const;

/** The flow that learns the density, or one that comes trained. */
export interface FlowCard {
  readonly root: HTMLElement;
  /** Takes a trained flow to begin with. */
  open(): Promise<void>;
}

interface FlowEvents {
  /** A training begins. */
  onBegin(): void;
  /** There is another flow; a shipped one has a correction. */
  onFlow(isShipped: boolean): void;
}

/** @param source what to learn. */
export function flowCard(source: () => Source, { onBegin, onFlow }: FlowEvents): FlowCard {
  const problem = trouble();
  const shown = flowPicture();
  const progress = meter("a flow that was trained before");
  const iterations = slider({
    ...{ label: "Iterations", min: 250, max: 6000, step: 250, value: 1500 },
    text: (value) => value.toLocaleString("en"),
  });
  const open = async (name: string): Promise<void> => {
    problem.say(undefined);
    try {
      shown.show(await engine.run("openFlow", { name }));
      progress.show("a flow that was trained before", 0);
      onFlow(true);
    } catch (error) {
      problem.say(error as Error);
    }
  };
  const pick = choice("flows that come trained", trained.slice(0, 4), {
    value: "pinwheel",
    onChange: (name) => void open(name),
  });
  const button = taskButton(
    "Train a flow",
    async (signal) => {
      problem.say(undefined);
      const wanted = { source: source(), iterations: iterations.value() };
      progress.show("preparing");
      onBegin();
      const result = await engine.run("trainFlow", wanted, {
        signal,
        onEvent: (news) => {
          if (news.kind === "look") return shown.show(news.look);
          const { loss = Number.NaN, iterationsPerSecond = 0 } = news.metrics;
          const pace = `${Math.round(iterationsPerSecond)} a second`;
          const words = `iteration ${news.done.toLocaleString("en")}, loss ${formatNumber(loss)}, ${pace}`;
          progress.show(words, news.done / news.total);
        },
      });
      shown.show(result.look);
      const { iterations: done, seconds, nll } = result;
      const words = `${done.toLocaleString("en")} iterations in ${seconds.toFixed(1)} s, ${formatNumber(nll)} nats a point`;
      progress.show(words, 1);
      onFlow(false);
    },
    problem.say,
  );
  const keep = element(
    "button",
    {
      type: "button",
      onclick: async () => save(await engine.run("fileOf", { room: "flow", wanted: { kind: "flow" } })),
    },
    "Save flow.onnx",
  );
  return {
    root: card(
      {
        title: "2. A flow",
        lead: "A small network learns the velocities that carry noise to your density: flow matching, live.",
      },
      shown.root,
      row(button.root, iterations.root, keep),
      progress.root,
      pick.root,
      problem.root,
    ),
    open: () => open(pick.value()),
  };
}
