import { card, row, trouble } from "../../dom/card.js";
import { type Meter, meter } from "../../dom/meter.js";
import { formatNumber } from "../../dom/numbers.js";
import { taskButton } from "../../dom/task-button.js";
import { engine } from "../../engine/engine.js";
import type { Choice, Cloud } from "../../worker/samples.js";
import type { Room } from "../../worker/subjects.js";
import { errorChart } from "./error-chart.js";
import { type LearnedName, learnable } from "./kinds.js";
import { type PanelName, panels } from "./panels.js";
import { saveButtons } from "./save-buttons.js";
import { type SolverControls, type SolverSpec, solverControls } from "./solver-controls.js";

/** Fits solvers to the field of a page, and shows them side by side. */
export interface SolverCard {
  readonly root: HTMLElement;
  /** There is another field: solves it by what needs no learning, and by what comes learned for it. */
  begin(learned?: readonly LearnedName[]): Promise<void>;
  /** Leaves the machine to something else. */
  rest(): void;
  spec(): SolverSpec;
  setSpec(spec: Partial<SolverSpec>): void;
}

/** In the browser's timeline: a field was solved, and its samples can be seen. */
const SOLVED = "hypersolvers:solved";

const IDLE = "choose what to learn, and fit";
const SHIPPED = "a correction of midpoint came with this flow; fit your own";
const LEAD =
  "All solvers start from the same draws. Thin lines lead from where dopri5 ends to where a solver ends: the shorter, the better.";

/** @param room whose field it is. */
export function solverCard(
  room: Room,
  { title, onChange = () => {} }: { readonly title: string; readonly onChange?: () => void },
): SolverCard {
  const problem = trouble();
  const progress = meter(IDLE);
  const shown = panels();
  const chart = errorChart(room);
  let ready: ReadonlySet<LearnedName> = new Set();
  const show = (name: PanelName, cloud: Cloud): void => {
    shown.show(name, cloud);
    if (name === "base") chart.setBase(cloud.title);
    else if (name !== "reference") chart.mark(name, cloud);
  };
  const solve = newestOnly(async (isNewest) => {
    const wanted = shownBy(controls.spec(), ready.has("correction"));
    await engine.run(
      "samples",
      { room, choices: wanted.map(([, choice]) => choice) },
      {
        onEvent: ({ index, cloud }) => {
          const [name] = wanted[index] ?? [];
          if (isNewest() && name !== undefined) show(name, cloud);
        },
      },
    );
  }, problem.say);
  const controls = solverControls(() => {
    onChange();
    void solve();
  });
  const saves = saveButtons(room, () => controls.spec().steps, problem.say);
  const fit = taskButton(
    "Fit",
    async (signal) => {
      problem.say(undefined);
      chart.rest();
      const learned = await learnAll({ room, controls, progress, show, refuse: problem.say }, signal);
      ready = new Set([...ready, ...learned]);
      saves.renew([...ready]);
      measure();
    },
    problem.say,
  );
  const measure = (): void => void chart.measure().catch(problem.say);
  const begin = async (learned: readonly LearnedName[] = []): Promise<void> => {
    ready = new Set(learned);
    problem.say(undefined);
    shown.clear();
    chart.clear();
    saves.renew(learned);
    progress.show(learned.length > 0 ? SHIPPED : IDLE, 0);
    await solve();
    performance.mark(SOLVED);
    measure();
  };
  return {
    root: card(
      { title, lead: LEAD, look: "wide" },
      controls.root,
      row(fit.root, controls.ticks, progress.root),
      problem.root,
      shown.root,
      chart.root,
      saves.root,
    ),
    begin,
    rest: chart.rest,
    spec: controls.spec,
    setSpec: controls.set,
  };
}

/** The methods that the panels show, by panel. */
function shownBy(
  { base, steps, tolerance }: SolverSpec,
  isCorrected: boolean,
): readonly (readonly [PanelName, Choice])[] {
  const correction = ["correction", { kind: "learned", learned: "correction", steps }] as const;
  return [
    ["reference", { kind: "spelled", text: `dopri5@${tolerance}` }],
    ["base", { kind: "spelled", text: `${base}:${steps}` }],
    ...(isCorrected ? [correction] : []),
  ];
}

/** A task of which only the last call counts. */
function newestOnly(
  task: (isNewest: () => boolean) => Promise<void>,
  onFailure: (error: Error) => void,
): () => Promise<void> {
  let turn = 0;
  return async () => {
    turn += 1;
    const own = turn;
    try {
      await task(() => own === turn);
    } catch (error) {
      if (own === turn) onFailure(error as Error);
    }
  };
}

interface Learning {
  readonly room: Room;
  readonly controls: SolverControls;
  readonly progress: Meter;
  show(name: PanelName, cloud: Cloud): void;
  /** Tells what could not be learned; the others go on. */
  refuse(error: Error): void;
}

/** Learns what is ticked, one after another, and shows it as it becomes better. */
async function learnAll(
  { room, controls, progress, show, refuse }: Learning,
  signal: AbortSignal,
): Promise<readonly LearnedName[]> {
  const { base, steps, iterations, learn } = controls.spec();
  if (learn.length === 0) throw new Error("Tick something to learn.");
  const said: string[] = [];
  const learned: LearnedName[] = [];
  for (const kind of learn) {
    if (signal.aborted) break;
    const { label, iterationsOf } = learnable[kind];
    progress.show(`${label}: solving references`);
    const request = { room, learn: kind, base, steps, evaluations: controls.evaluations() };
    const fitted = engine.run(
      "fit",
      { ...request, iterations: iterationsOf(iterations) },
      {
        signal,
        onEvent: (news) => {
          if (news.kind === "better") return show(kind, news.cloud);
          const { error } = news.metrics;
          const words = error === undefined ? "" : `, error ${formatNumber(error)}`;
          progress.show(`${label}: ${news.stage}${words}`, news.done / news.total);
        },
      },
    );
    const result = await fitted.catch(refuse);
    if (result === undefined) continue;
    show(kind, result.cloud);
    learned.push(kind);
    said.push(`${label} in ${(result.seconds.reference + result.seconds.fit).toFixed(1)} s`);
  }
  progress.show(said.length === 0 ? "nothing was learned" : `learned: ${said.join(", ")}`, 1);
  return learned;
}
