import { brush, type Touch } from "../../draw/brush.js";
import { picture } from "../../draw/picture.js";
import { engine } from "../../engine/engine.js";
import type { Pendulums, SwingResult } from "../../worker/pendulum.js";
import { AXIS, drawPendulums } from "./draw-pendulums.js";
import { anglesAt, atRest, INTERVAL, MOST_TORQUE, type Motion, turned } from "./pendulums.js";

/** Three pendulums in motion. */
export interface Scene {
  readonly root: HTMLElement;
  push(torque: number): void;
  start(): void;
  pause(): void;
  reset(): void;
}

interface SceneEvents {
  /** The visitor pulls so hard. */
  onTorque(torque: number): void;
  /** Another interval was solved. */
  onSwing(result: SwingResult): void;
  onReset(): void;
  onFailure(error: Error): void;
}

/** How hard a pull turns, a radian away. */
const SPRING = 6;

export function pendulumScene({ onTorque, onSwing, onReset, onFailure }: SceneEvents): Scene {
  const state = { torque: 0, now: atRest, motion: undefined as Motion | undefined, isOn: false, run: 0 };
  const shown = picture(
    { ratio: 1.15, label: "Three pendulums; drag to turn them", look: "deep grab" },
    (pen) => drawPendulums(pen, anglesAt(state.now, state.motion), state.torque),
  );
  const step = async (): Promise<void> => {
    const { now: from, torque, run } = state;
    try {
      const result = await engine.run("swing", { from, torque });
      if (!state.isOn || run !== state.run) return;
      state.motion = { from, result, begun: performance.now() };
      onSwing(result);
    } catch (error) {
      state.isOn = false;
      onFailure(error as Error);
    }
  };
  const turn = (): void => {
    const { isOn, motion } = state;
    if (isOn && shown.root.isConnected && !document.hidden) {
      if (motion !== undefined && performance.now() - motion.begun >= 1000 * INTERVAL) {
        const ends: Pendulums = motion.result.ends;
        [state.now, state.motion] = [ends, undefined];
        void step();
      }
      shown.redraw();
    }
    requestAnimationFrame(turn);
  };
  requestAnimationFrame(turn);
  const push = (torque: number): void => {
    state.torque = Math.max(-MOST_TORQUE, Math.min(MOST_TORQUE, torque));
  };
  const pull = ([x, y]: Touch): void => {
    const { clientWidth, clientHeight } = shown.canvas;
    const wanted = Math.atan2((x - 0.5) * clientWidth, (y - AXIS) * clientHeight);
    push(SPRING * turned(wanted - anglesAt(state.now, state.motion).reference));
    onTorque(state.torque);
  };
  const release = (): void => {
    push(0);
    onTorque(0);
  };
  brush(shown.canvas, { onStroke: (_, to) => pull(to), onEnd: release });
  const reset = (): void => {
    Object.assign(state, { now: atRest, motion: undefined, run: state.run + 1 });
    release();
    onReset();
    shown.redraw();
    if (state.isOn) void step();
  };
  return {
    root: shown.root,
    push,
    start: () => {
      state.isOn = true;
      reset();
    },
    pause: () => {
      state.isOn = false;
    },
    reset,
  };
}
