import { SingleBar } from "cli-progress";

/** A stage of a long job. */
export interface Stage {
  /** What is being done: `solving references`. */
  readonly name: string;
  readonly done: number;
  readonly total: number;
  /** A few words behind: `loss 0.0123`. */
  readonly detail?: string | undefined;
  /** Lines above the bar, on a terminal: they take the place of those before. */
  readonly picture?: readonly string[] | undefined;
}

/** Shows how far a job is. */
export interface Progress {
  update(stage: Stage): void;
  /** Leaves the terminal as it was. */
  stop(): void;
}

export const silentProgress: Progress = { update: () => {}, stop: () => {} };

/** A bar on a terminal, lines elsewhere. */
export function createProgress(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY === true ? barProgress(stream) : lineProgress((text) => void stream.write(text));
}

const BAR = "{name} {bar} {percentage}% | {value}/{total} | {eta_formatted} left {detail}";

function barProgress(stream: NodeJS.WriteStream): Progress {
  let current: { readonly name: string; readonly bar: SingleBar } | undefined;
  let drawn: readonly string[] = [];
  const stop = (): void => {
    current?.bar.stop();
    current = undefined;
    // What comes now is below it, and it stays.
    drawn = [];
  };
  const draw = (picture: readonly string[]): void => {
    if (picture.join("\n") === drawn.join("\n")) return;
    stream.write(redrawn(picture, drawn.length));
    drawn = picture;
  };
  const begin = ({ name, total, detail = "" }: Stage): SingleBar => {
    stop();
    const bar = new SingleBar({
      stream,
      format: BAR,
      barsize: 28,
      barCompleteChar: "█",
      barIncompleteChar: "░",
      hideCursor: true,
      gracefulExit: false,
      etaBuffer: 40,
      fps: 8,
    });
    bar.start(total, 0, { name, detail });
    current = { name, bar };
    return bar;
  };
  return {
    update: (stage) => {
      const { name, done, detail, picture } = stage;
      const bar = current?.name === name ? current.bar : begin(stage);
      if (picture !== undefined) draw(picture);
      // Without words of its own it keeps those before.
      bar.update(done, detail === undefined ? { name } : { name, detail });
    },
    stop,
  };
}

/**
 * Control codes and lines that put a picture above the line of a bar, in the place of one of so many lines. The bar, which
 * goes back to where the cursor was saved, finds itself below.
 */
export function redrawn(picture: readonly string[], before: number): string {
  const up = before > 0 ? `\u001b[${before}A` : "";
  return `\r${up}\u001b[J${picture.map((line) => `${line}\n`).join("")}\u001b7`;
}

/** Milliseconds between two lines where there is no terminal. */
const LINE_INTERVAL = 2000;

/**
 * Plain lines, a few seconds apart, and one at the end of every stage that had a line before.
 * @param now the clock, in milliseconds.
 */
export function lineProgress(
  write: (text: string) => void,
  now: () => number = () => performance.now(),
): Progress {
  let stage = "";
  /** When this stage was first heard of, and how far it was then. */
  let first = { time: now(), done: 0 };
  let written = now();
  let wrote = false;
  return {
    update: ({ name, done, total, detail }) => {
      const time = now();
      if (name !== stage) [stage, first, wrote] = [name, { time, done }, false];
      const isDue = time - written >= LINE_INTERVAL || (done >= total && wrote);
      if (!isDue || total <= 0) return;
      [written, wrote] = [time, done < total];
      const pace = (time - first.time) / (done - first.done);
      const left = done > first.done && done < total ? `${seconds(pace * (total - done))} left` : "";
      const facts = [`${Math.round((100 * done) / total)}%`, `${done}/${total}`, left, detail ?? ""];
      write(`${name}: ${facts.filter((fact) => fact !== "").join(", ")}\n`);
    },
    stop: () => {},
  };
}

const seconds = (milliseconds: number): string => {
  const whole = Math.ceil(milliseconds / 1000);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
};
