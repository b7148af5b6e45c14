import type { Flow } from "../../models/index.js";
import { type ArrowPanel, type Figure, vectorField } from "../../plot/index.js";
import type { CompileOptions } from "../../runtime/index.js";
import { Random } from "../../tensor/index.js";
import { fieldPanel } from "../flow/field-panel.js";

/** Half the side of the drawn region in standardized coordinates, which holds base and data. */
const REACH = 2.6;
const TRAJECTORIES = 30;

/** The learned field at the start, in the middle and at the end of the span; trajectories to the data over it. */
export async function fieldFigure(flow: Flow, seed: number, options: CompileOptions): Promise<Figure> {
  const { field, base, span } = flow;
  const [t0, t1] = span;
  const panels: ArrowPanel[] = [];
  for (const s of [t0, (t0 + t1) / 2, t1]) {
    const z0 = s === t1 ? base.sample(TRAJECTORIES, 2, new Random(seed).fork("trajectories")) : undefined;
    panels.push(await fieldPanel(field, { label: `s = ${s}`, s, reach: REACH, z0, span }, options));
  }
  const range = { x: [-REACH, REACH], y: [-REACH, REACH] } as const;
  return vectorField(panels, {
    name: "field",
    title: "The learned vector field",
    range,
    caption:
      "f(s, z) in standardized coordinates; the last panel with trajectories from base (hollow) to data (filled).",
  });
}
