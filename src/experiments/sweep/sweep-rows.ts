import { type Broken, isBroken } from "../../tensor/index.js";
import { type ResultRow, resultRow } from "../kit/result-row.js";

// What jobs found, as rows that can be joined over seeds. It comes out of a queue: nothing is taken for granted of it.

/** Columns by which solvers are compared, as rows name them. */
export const ERROR = "mean error";
export const COSTS = { nfe: "NFE", macs: "MACs", milliseconds: "milliseconds" } as const;

type Found = Readonly<Record<string, unknown>>;

const recordIn = (found: Found, name: string): Found => {
  const value = found[name];
  return typeof value === "object" && value !== null ? (value as Found) : {};
};

/** The numbers among some members, by other names. */
const numbersIn = (found: Found, names: Readonly<Record<string, string>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(names).flatMap(([label, name]) => {
      const value = found[name];
      return typeof value === "number" ? [[label, value]] : [];
    }),
  );

const costs = { [COSTS.nfe]: "nfe", "g calls": "gCalls", [COSTS.macs]: "macs" };

/** Of a fit: the learned solver. */
function fitRows(json: Found): ResultRow[] {
  const learned = recordIn(json, "learned");
  const key = { solver: String(learned.title ?? "") };
  return [
    resultRow<Found>(key, learned as Found | Broken, (own) => ({
      ...numbersIn(own, { [ERROR]: "mean", "95 % below": "quantile95", ...costs }),
      ...numbersIn(own, { [COSTS.milliseconds]: "milliseconds" }),
      ...numbersIn(recordIn(json, "seconds"), { "seconds of fitting": "fit" }),
    })),
  ];
}

/** Of a training: the likelihood of held-out data. */
function trainRows(json: Found): ResultRow[] {
  const heldOut = recordIn(json, "heldOut");
  const broken = recordIn(json, "broken");
  const row = Object.hasOwn(broken, "broken") ? broken : heldOut;
  return [
    resultRow<Found>({}, row as Found | Broken, (own) => ({
      ...numbersIn(recordIn(own, "nll"), { "NLL (nats)": "mean" }),
      ...numbersIn(own, { NFE: "nfe" }),
      ...numbersIn(recordIn(json, "seconds"), { "seconds of training": "training" }),
    })),
  ];
}

/** Of a search: the winner. */
function tuneRows(json: Found): ResultRow[] {
  const winner = recordIn(json, "winner");
  const outcome = {
    ...numbersIn(recordIn(winner, "error"), { [ERROR]: "value" }),
    ...numbersIn(winner, costs),
    ...numbersIn(recordIn(winner, "timing"), { [COSTS.milliseconds]: "milliseconds" }),
    met: json.met === true ? 1 : 0,
  };
  return [{ key: { solver: String(winner.name ?? "") }, outcome }];
}

/** Of an experiment: its own. */
function reproduceRows(json: Found): ResultRow[] {
  const rows: readonly unknown[] = Array.isArray(json.rows) ? json.rows : [];
  return rows.flatMap((row): ResultRow[] => {
    const { key, outcome } = row as Partial<ResultRow>;
    if (!(key instanceof Object && outcome instanceof Object)) return [];
    if (isBroken(outcome)) return [{ key, outcome }];
    return [
      { key, outcome: numbersIn(outcome, Object.fromEntries(Object.keys(outcome).map((n) => [n, n]))) },
    ];
  });
}

const byKind: Readonly<Record<string, (json: Found) => ResultRow[]>> = {
  fit: fitRows,
  train: trainRows,
  tune: tuneRows,
  reproduce: reproduceRows,
};

/** What a job of a kind found. */
export const rowsOfJob = (kind: string, json: object): ResultRow[] => byKind[kind]?.({ ...json }) ?? [];
