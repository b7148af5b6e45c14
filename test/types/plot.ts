import {
  density,
  type Figure,
  imageGrid,
  paretoFronts,
  renderSvg,
  speedUpBars,
  trajectories,
} from "../../src/plot/index.js";

export const figure: Figure = density([{ label: "a", points: [0, 1] }], { scheme: "magma" });
export const drawing: Promise<string> = renderSvg(figure);
// @ts-expect-error a cloud has a label
density([{ points: [0, 1] }]);
// @ts-expect-error there is no such scheme
density([{ label: "a", points: [0, 1] }], { scheme: "jet" });
// @ts-expect-error a method has one of four roles
speedUpBars([{ label: "a", role: "winner", milliseconds: 1 }]);
speedUpBars([{ label: "a", role: "base", milliseconds: 1 }]);
// @ts-expect-error a point has an error
paretoFronts([{ label: "a", points: [{ label: "K = 1", nfe: 1 }] }]);
// @ts-expect-error there is no such cost
paretoFronts([{ label: "a", points: [] }], { costs: ["dollars"] });
// @ts-expect-error states are [points, n, dimension]
trajectories([{ label: "a", states: [1], shape: [1, 1] }]);
// @ts-expect-error the size of pictures cannot be guessed
imageGrid([], { headings: [], valueLabel: "x" });
