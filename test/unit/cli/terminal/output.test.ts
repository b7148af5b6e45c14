import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { createOutput, outliveReaders } from "../../../../src/cli/terminal/output.js";

/** Streams of a process, and the errors that were thought worth telling. */
function streams(): { stdout: PassThrough; stderr: PassThrough; lost: string[] } {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const lost: string[] = [];
  outliveReaders({ stdout, stderr }, ({ message }) => void lost.push(message));
  return { stdout, stderr, lost };
}

const failing = (code: string): Error => Object.assign(new Error(code), { code });

describe("streams that nobody reads", () => {
  it.each(["EPIPE", "EIO", "ECONNRESET"])("go under without a word: %s", (code) => {
    const { stdout, stderr, lost } = streams();
    stdout.emit("error", failing(code));
    stderr.emit("error", failing(code));
    expect(lost).toEqual([]);
  });

  it("take output further, each for itself", () => {
    const { stdout, stderr } = streams();
    stdout.destroy(failing("EPIPE"));
    const output = createOutput({ stdout, stderr });
    output.result("nobody hears this");
    output.note("somebody hears this");
    expect(String(stderr.read())).toBe("somebody hears this\n");
  });

  it("are not a full disk, which loses a result; what stderr loses is none", () => {
    const { stdout, stderr, lost } = streams();
    stderr.emit("error", failing("ENOSPC"));
    expect(lost).toEqual([]);
    stdout.emit("error", failing("ENOSPC"));
    expect(lost).toEqual(["ENOSPC"]);
  });
});

describe("control characters out of files", () => {
  it("are written out instead of sent to the terminal; line ends and tabs stay", () => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const output = createOutput({ stdout, stderr });
    output.result("weight \u001b[2J\u0007\tnamed\nso \u009b");
    output.warn("back\u0008");
    expect(String(stdout.read())).toBe("weight \\u001b[2J\\u0007\tnamed\nso \\u009b\n");
    expect(String(stderr.read())).toBe("warning: back\\u0008\n");
  });
});
