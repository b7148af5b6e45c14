import type { RemoteFits } from "../../../experiments/internal.js";
import { isPostgres } from "../../../experiments/specs.js";
import { pickSpec } from "../../../spec/internal.js";
import { fail } from "../../../tensor/index.js";
import { fieldTable } from "../../options/field-table.js";
import type { MachineContext } from "../../options/spec-command.js";
import type { Handing } from "../sweep/hand-out.js";
import { jobKinds } from "../sweep/kinds.js";
import { openDesk, type QueueDesk } from "../sweep/queue-desk.js";
import type { TuneCommandSpec } from "./table.js";

const KIND = "candidate";
/** Fits that are begun at once on a server's workers, however many these are. */
const SLOTS = 8;

/** Fits of a search as jobs of a queue. */
export interface QueuedFits extends RemoteFits {
  close(): Promise<void>;
}

/** @param spec of the search: its field and states are those of every fit. */
export async function queuedFits(
  spec: TuneCommandSpec,
  handing: Handing,
  context: MachineContext & { readonly signal: AbortSignal },
): Promise<QueuedFits> {
  const desk: QueueDesk = await openDesk(handing, context);
  const { field, states } = spec;
  return {
    slots: isPostgres(handing.queue) ? Math.max(SLOTS, handing.workers ?? 0) : Math.max(1, desk.workers),
    make: async (learn, settings, signal) => {
      const own = { ...settings, learn, field, states, ...pickSpec(fieldTable, spec) };
      const job = { kind: KIND, name: undefined, fields: undefined, grid: {}, list: [{}] };
      const { [KIND]: kind } = jobKinds;
      const { standing, record, file } = await desk.run(
        { ...job, spec: pickSpec(kind?.table ?? {}, own) },
        signal,
      );
      if (record !== undefined) return remoteFit(record.json, file);
      const what = `${learn} on the queue`;
      if (standing?.state !== "failed")
        throw fail("INTERRUPTED", { what, received: "a stop before it was made" });
      throw fail("NON_FINITE", { what, received: standing.failure?.reason.split("\n", 1)[0] });
    },
    close: desk.close,
  };
}

type Learned = Awaited<ReturnType<RemoteFits["make"]>>;

async function remoteFit(json: object, file: (path: string) => Promise<Uint8Array>): Promise<Learned> {
  const {
    title,
    file: path,
    ...fit
  } = json as Learned["fit"] & { readonly title: string; readonly file: string };
  return { title, file: { path, content: await file(path) }, fit };
}
