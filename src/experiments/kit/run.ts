import type { Figure } from "../../plot/index.js";
import type { RunContext } from "../../runtime/index.js";
import { isBroken, unlessItBreaks } from "../../tensor/index.js";
import type { Artifact } from "./artifact.js";
import { resultOf, type Stage } from "./stage.js";
import { noStore, type Store, storeBelow, type TrackedStore, trackedStore } from "./store.js";

/** What a run may use of the world. */
export interface ExperimentContext extends RunContext {
  /** Keeps stages and checkpoints; without it nothing can be resumed. */
  readonly store?: Store;
  /** Take what an earlier run had made. Default false. */
  readonly resume?: boolean;
  /** Is handed every file as soon as there is one: a result that took hours is safe before it is measured. */
  readonly onArtifact?: (artifact: Artifact) => Promise<void>;
}

/** What an experiment works on. */
export interface Run<Metrics extends object> {
  readonly context: RunContext;
  /** What was found so far. */
  readonly found: Partial<Metrics>;
  /** Whether a signal left a stage unfinished. */
  readonly isCut: boolean;
  /** Whether no stage came to a result. */
  readonly isEmpty: boolean;
  readonly artifacts: readonly Artifact[];
  /** Adds to what was found: members of `metrics.json`. */
  note(found: Partial<Metrics>): void;
  /** A result that is kept for the next run; see `resultOf`. @throws INTERRUPTED, which ends the experiment. */
  stage<T>(stage: Stage<T>): Promise<T>;
  /** Hands a file out; one of the same path before it is replaced. */
  file(path: string, content: Artifact["content"]): Promise<void>;
  /** Asks for pictures, drawn at the end out of what was found by then: after a stop too. */
  picture(draw: Drawing): void;
  /** Draws what was asked for. */
  pictures(): Promise<Figure[]>;
  /** The same world for a run inside this one, whose stages and files lie in a folder below. */
  within(folder: string): ExperimentContext & { readonly store: TrackedStore };
}

/** Nothing where there is nothing to be drawn. A picture whose solve breaks is left out. */
export type Drawing = () => Promise<readonly Figure[]> | readonly Figure[];

/** A run at its start. */
export function startRun<Metrics extends object>({
  store = noStore,
  resume = false,
  onArtifact,
  ...context
}: ExperimentContext): Run<Metrics> {
  const drawings: Drawing[] = [];
  const artifacts: Artifact[] = [];
  let found: Partial<Metrics> = {};
  let [isCut, isEmpty] = [false, true];
  return {
    context,
    artifacts,
    get found() {
      return found;
    },
    get isCut() {
      return isCut;
    },
    get isEmpty() {
      return isEmpty;
    },
    note: (more) => {
      found = { ...found, ...more };
    },
    stage: async (stage) => {
      const result = await resultOf(stage, { ...context, store, resume });
      isEmpty = false;
      if (stage.isWhole?.(result) === false) isCut = true;
      return result;
    },
    file: async (path, content) => {
      const before = artifacts.findIndex((artifact) => artifact.path === path);
      artifacts.splice(before < 0 ? artifacts.length : before, 1, { path, content });
      await onArtifact?.({ path, content });
    },
    picture: (draw) => void drawings.push(draw),
    pictures: async () => {
      const all: Figure[] = [];
      for (const draw of drawings) {
        const figures = await unlessItBreaks(Promise.resolve(draw()));
        if (!isBroken(figures)) all.push(...figures);
      }
      return all;
    },
    within: (folder) => ({
      ...context,
      store: trackedStore(storeBelow(store, folder)),
      resume,
      onArtifact: async ({ path, content }) => onArtifact?.({ path: `${folder}/${path}`, content }),
    }),
  };
}
