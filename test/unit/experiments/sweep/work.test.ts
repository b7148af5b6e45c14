import { describe, expect, it, vi } from "vitest";
import { jobKinds } from "../../../../src/cli/commands/sweep/kinds.js";
import { putContent } from "../../../../src/experiments/sweep/content.js";
import { follow } from "../../../../src/experiments/sweep/follow.js";
import { type Job, jobOf } from "../../../../src/experiments/sweep/job.js";
import { readKept } from "../../../../src/experiments/sweep/kept-files.js";
import type { JobRecord } from "../../../../src/experiments/sweep/queue.js";
import type {
  Assignment,
  JobEnd,
  JobRun,
  JobRunner,
  WholeFile,
} from "../../../../src/experiments/sweep/runner.js";
import { type WorkEvent, work } from "../../../../src/experiments/sweep/work.js";
import { memoryQueue, memoryStore } from "../../../helpers/memory-queue.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
/** What happens in its own time is looked for until it has happened. */
const WAITING = { timeout: 60_000, interval: 5 };
const isKept = (store: Parameters<typeof readKept>[0], key: string): Promise<void> =>
  vi.waitFor(async () => expect(await readKept(store, key)).toHaveLength(1), WAITING);

/** Runs of one job that the test ends, or keeps something of, when it likes. */
interface Puppet {
  readonly assignment: Assignment;
  end(end: JobEnd): void;
  keep(files: readonly WholeFile[]): void;
  stopped: boolean;
  killed: boolean;
}

function puppetRunner(onStart: (puppet: Puppet) => void): JobRunner {
  return {
    start: (assignment): JobRun => {
      let kept: readonly WholeFile[] | undefined;
      let finish: (end: JobEnd) => void = () => {};
      const ended = new Promise<JobEnd>((resolve) => {
        finish = resolve;
      });
      const puppet: Puppet = {
        ...{ assignment, stopped: false, killed: false },
        end: finish,
        keep: (files) => {
          kept = files;
        },
      };
      setTimeout(() => onStart(puppet), 0);
      return {
        ended,
        kept: async () => {
          const fresh = kept;
          kept = undefined;
          return fresh;
        },
        stop: () => {
          puppet.stopped = true;
          finish({ kind: "stopped", kept });
        },
        kill: () => {
          puppet.killed = true;
          finish({ kind: "crashed", reason: "killed", log: "" });
        },
      };
    },
    dispose: async () => {},
  };
}

const done = (text: string): JobEnd => ({
  kind: "done",
  json: { text },
  files: [{ path: "metrics.json", content: bytes(text) }],
});

async function site(count = 1) {
  const queue = memoryQueue(memoryStore());
  const hash = await putContent(queue.store, bytes("field"));
  const kind = jobKinds.fit;
  if (kind === undefined) throw new Error("no fit");
  const jobs: Job[] = Array.from({ length: count }, (_, seed) =>
    jobOf(kind, { field: `content:${hash}`, base: "heun", steps: 1, seed }, { [hash]: "field.onnx" }),
  );
  await queue.submit(jobs, { tries: 2, lease: 1 });
  const stop = new AbortController();
  const events: WorkEvent[] = [];
  const start = (runner: JobRunner, worker = "one"): Promise<void> =>
    work(queue, runner, {
      ...{ kinds: jobKinds, worker, signal: stop.signal, isOver: () => true },
      onEvent: (event) => events.push(event),
    });
  const [first] = jobs;
  if (first === undefined) throw new Error("no job");
  return { queue, hash, jobs, first, stop, events, start };
}

describe("a worker", () => {
  it("hands files by content to a job, keeps its result, and drops what it kept on the way", async () => {
    const { queue, first, hash, start } = await site();
    await start(
      puppetRunner(async ({ assignment, keep, end }) => {
        expect(assignment.files.get(hash)).toEqual(bytes("field"));
        keep([{ path: "checkpoint.safetensors", content: bytes("half") }]);
        await isKept(queue.store, first.key);
        end(done("result"));
      }),
    );
    const record = queue.records.get(first.key) as JobRecord;
    expect(record.json).toEqual({ text: "result" });
    const file = record.files["metrics.json"];
    expect(await queue.store.read(`content/${file?.hash}`)).toEqual(bytes("result"));
    expect(await readKept(queue.store, first.key)).toEqual([]);
  });

  it("goes on from what another worker kept before it was lost, whose run is ended", async () => {
    const { queue, first, events, start } = await site();
    let frozen: Puppet | undefined;
    await start(
      puppetRunner(async (puppet) => {
        if (frozen === undefined) {
          frozen = puppet;
          puppet.keep([{ path: "checkpoint.safetensors", content: bytes("iteration 200") }]);
          await isKept(queue.store, first.key);
          queue.lose(first.key);
          return;
        }
        const kept = puppet.assignment.kept.map(({ content }) => new TextDecoder().decode(content));
        expect(kept).toEqual(["iteration 200"]);
        puppet.end(done("two"));
      }),
    );
    expect(frozen?.killed).toBe(true);
    expect(queue.records.get(first.key)?.json).toEqual({ text: "two" });
    expect(events.map(({ event }) => event).sort()).toEqual(["begun", "complete", "lost", "resumed"]);
  });

  it("that comes too late with a result changes nothing: the first one stands", async () => {
    const { queue, first, start } = await site();
    let late: Puppet | undefined;
    const one = start(
      puppetRunner((puppet) => {
        late = puppet;
        queue.lose(first.key);
      }),
    );
    await vi.waitFor(() => expect(late).toBeDefined(), WAITING);
    await start(
      puppetRunner(({ end }) => end(done("first"))),
      "two",
    );
    late?.end(done("late"));
    await one;
    expect(queue.records.get(first.key)?.json).toEqual({ text: "first" });
    expect(queue.standings.get(first.key)?.state).toBe("complete");
  });

  it("fails what always crashes after its tries, with what it said, and goes on to the others", async () => {
    const { queue, jobs, first, start } = await site(3);
    await start(
      puppetRunner(({ assignment, end }) =>
        end(
          assignment.payload.spec.seed === 0
            ? { kind: "crashed", reason: "SIGSEGV", log: "segmentation fault" }
            : done("fine"),
        ),
      ),
    );
    const states = jobs.map(({ key }) => queue.standings.get(key));
    expect(states.map((each) => each?.state)).toEqual(["failed", "complete", "complete"]);
    expect(queue.standings.get(first.key)).toMatchObject({
      attempts: 2,
      failure: { reason: "SIGSEGV", log: "segmentation fault" },
    });
  });

  it("does not try again what refuses by itself, nor runs what is no job", async () => {
    const { queue, first, start } = await site();
    const broken = { ...first, key: "0".repeat(64) };
    await queue.submit([broken], { tries: 2, lease: 1 });
    let runs = 0;
    await start(
      puppetRunner(({ end }) => {
        runs += 1;
        end({ kind: "refused", reason: "steps", log: "" });
      }),
    );
    expect(runs).toBe(1);
    expect(queue.standings.get(first.key)).toMatchObject({ state: "failed", attempts: 1 });
    expect(queue.standings.get(broken.key)).toMatchObject({ state: "failed", attempts: 1 });
  });

  it("waits for a file that is missing as it does for a crash", async () => {
    const { queue, first, hash, start } = await site();
    await queue.store.remove(`content/${hash}`);
    await start(puppetRunner(({ end }) => end(done("never"))));
    expect(queue.standings.get(first.key)).toMatchObject({ state: "failed", attempts: 2 });
    expect(queue.standings.get(first.key)?.failure?.reason).toMatch(/content/);
  });

  it("gives its job back with what was kept when it is told to end", async () => {
    const { queue, first, stop, start, events } = await site();
    const running = start(
      puppetRunner(({ keep }) => {
        keep([{ path: "checkpoint.safetensors", content: bytes("half") }]);
        stop.abort();
      }),
    );
    await running;
    expect(queue.standings.get(first.key)?.state).toBe("retry");
    expect(await readKept(queue.store, first.key)).toHaveLength(1);
    expect(events.at(-1)?.event).toBe("returned");
  });

  it("drops a job that was cancelled", async () => {
    const { queue, first, start } = await site();
    let run: Puppet | undefined;
    await start(
      puppetRunner((puppet) => {
        run = puppet;
        void queue.cancel([first.key]);
      }),
    );
    expect(run?.killed).toBe(true);
    expect(queue.standings.get(first.key)?.state).toBe("cancelled");
  });
});

describe("following jobs", () => {
  it("ends with the last of them", async () => {
    const { queue, jobs, start } = await site(3);
    const seen: number[] = [];
    const following = follow(
      queue,
      jobs.map(({ key }) => key),
      {
        signal: new AbortController().signal,
        onLook: (all) => void seen.push([...all.values()].filter(({ state }) => state === "complete").length),
      },
    );
    await start(puppetRunner(({ end }) => end(done("fine"))));
    const all = await following;
    expect([...all.values()].map(({ state }) => state)).toEqual(["complete", "complete", "complete"]);
    expect(seen.at(-1)).toBe(3);
  });
});
