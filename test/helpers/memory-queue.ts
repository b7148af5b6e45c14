import type { Store } from "../../src/experiments/index.js";
import type { Claim, JobQueue, JobRecord, JobStanding } from "../../src/experiments/sweep/queue.js";

/** A store in memory. */
export function memoryStore(
  files: Map<string, Uint8Array> = new Map(),
): Store & { readonly files: typeof files } {
  return {
    files,
    read: async (name) => files.get(name),
    write: async (name, content) => void files.set(name, content),
    remove: async (name) => void files.delete(name),
  };
}

/** A queue in memory by the rules of `JobQueue`, whose jobs can be taken away. */
export function memoryQueue(store: Store = memoryStore()): JobQueue & {
  readonly standings: Map<string, JobStanding>;
  readonly records: Map<string, JobRecord>;
  /** As if the worker had given no sign of life. */
  lose(key: string): void;
} {
  const payloads = new Map<string, unknown>();
  const standings = new Map<string, JobStanding>();
  const records = new Map<string, JobRecord>();
  const limits = new Map<string, number>();
  let notes: { id: string; body: unknown }[] = [];
  const change = (key: string, of: Partial<JobStanding>): void => {
    const before = standings.get(key) ?? {
      state: "waiting",
      attempts: 0,
      failure: undefined,
      sign: undefined,
    };
    standings.set(key, { ...before, ...of });
  };
  const owns = ({ key, attempt }: Claim): boolean => {
    const standing = standings.get(key);
    return standing?.state === "running" && standing.attempts === attempt + 1;
  };
  return {
    store,
    standings,
    records,
    description: "memory",
    submit: async (jobs, { tries }) => {
      for (const { key, payload } of jobs) {
        if (standings.has(key) || records.has(key)) continue;
        payloads.set(key, payload);
        limits.set(key, tries);
        change(key, {});
      }
    },
    claim: async () => {
      const found = [...standings].find(([, { state }]) => state === "waiting" || state === "retry");
      if (found === undefined) return undefined;
      const [key, { attempts }] = found;
      change(key, { state: "running", attempts: attempts + 1 });
      return { key, payload: payloads.get(key), attempt: attempts, lease: 0.2 };
    },
    beat: async (claim, { advanced: _, ...sign }) => {
      if (!owns(claim)) return false;
      change(claim.key, { sign });
      return true;
    },
    complete: async ({ key }, record) => {
      if (!records.has(key)) records.set(key, record);
      change(key, { state: "complete" });
    },
    fail: async (claim, failure, isFinal) => {
      if (!owns(claim)) return;
      const isOver = isFinal || claim.attempt + 1 >= (limits.get(claim.key) ?? 1);
      change(claim.key, { failure, state: isOver ? "failed" : "retry" });
    },
    release: async (claim) => {
      if (owns(claim)) change(claim.key, { state: "retry" });
    },
    expire: async () => {},
    states: async (keys) => new Map([...standings].filter(([key]) => keys.includes(key))),
    results: async (keys) => new Map([...records].filter(([key]) => keys.includes(key))),
    cancel: async (keys) => {
      for (const key of keys) change(key, { state: "cancelled" });
      return keys.length;
    },
    retry: async (keys) => {
      for (const key of keys) change(key, { state: "retry" });
      return keys.length;
    },
    note: async (id, body) => {
      notes = [{ id, body }, ...notes];
    },
    noted: async () => notes,
    close: async () => {},
    lose: (key) => change(key, { state: "retry" }),
  };
}
