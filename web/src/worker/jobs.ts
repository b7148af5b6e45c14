import type { compare } from "./compare.js";
import type { drawnPoints } from "./densities.js";
import type { classify } from "./digits.js";
import type { openFlow } from "./enter-flow.js";
import type { describeField, openGallery } from "./fields.js";
import type { fileOf } from "./files.js";
import type { fit } from "./fit.js";
import type { trainFlow } from "./flows.js";
import type { preparePendulum, swing } from "./pendulum.js";
import { chooseDevice, startRuntime } from "./runtime.js";
import type { samples } from "./samples.js";
import type { tune } from "./tune.js";

type Job = (request: never, context: never) => Promise<unknown>;

/** A job whose code comes when it is first asked for. */
const later =
  <J extends Job>(load: () => Promise<J>) =>
  async (...asked: Parameters<J>): Promise<Awaited<ReturnType<J>>> =>
    (await load())(...(asked as [never, never])) as Promise<Awaited<ReturnType<J>>>;

/** Everything that the page may ask of the worker. */
export const jobs = {
  startRuntime,
  chooseDevice,
  drawnPoints: later<typeof drawnPoints>(async () => (await import("./densities.js")).drawnPoints),
  openFlow: later<typeof openFlow>(async () => (await import("./enter-flow.js")).openFlow),
  trainFlow: later<typeof trainFlow>(async () => (await import("./flows.js")).trainFlow),
  fit: later<typeof fit>(async () => (await import("./fit.js")).fit),
  samples: later<typeof samples>(async () => (await import("./samples.js")).samples),
  compare: later<typeof compare>(async () => (await import("./compare.js")).compare),
  fileOf: later<typeof fileOf>(async () => (await import("./files.js")).fileOf),
  describeField: later<typeof describeField>(async () => (await import("./fields.js")).describeField),
  openGallery: later<typeof openGallery>(async () => (await import("./fields.js")).openGallery),
  tune: later<typeof tune>(async () => (await import("./tune.js")).tune),
  classify: later<typeof classify>(async () => (await import("./digits.js")).classify),
  preparePendulum: later<typeof preparePendulum>(async () => (await import("./pendulum.js")).preparePendulum),
  swing: later<typeof swing>(async () => (await import("./pendulum.js")).swing),
} as const;

export type Jobs = typeof jobs;
