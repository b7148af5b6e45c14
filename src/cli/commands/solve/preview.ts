import { textTable } from "../../../plot/index.js";
import { type Tensor, toFloat64 } from "../../../tensor/index.js";

/** Rows of the last state to show when nothing is written. */
const SHOWN_ROWS = 5;

/** The first rows and columns of states, for a terminal. */
export function preview(end: Tensor): string {
  const [count = 0] = end.shape;
  const width = Math.max(1, end.data.length / Math.max(1, count));
  const columns = Math.min(width, 8);
  const values = toFloat64(end);
  const rows = Array.from({ length: Math.min(count, SHOWN_ROWS) }, (_, i) => [
    `${i}`,
    ...Array.from({ length: columns }, (_, j) => (values[i * width + j] ?? Number.NaN).toPrecision(6)),
  ]);
  const table = textTable(
    [
      { label: "sample", align: "right" },
      ...(rows[0]?.slice(1).map((_, j) => ({ label: `z[${j}]`, align: "right" as const })) ?? []),
    ],
    rows,
  );
  const more =
    count > SHOWN_ROWS || width > columns ? "\nShortened; --out FILE.safetensors keeps everything." : "";
  return `${table}${more}`;
}
