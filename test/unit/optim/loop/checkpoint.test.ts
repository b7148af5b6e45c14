import { describe, expect, test } from "vitest";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../../../src/optim/index.js";
import {
  decodeSafetensors,
  encodeSafetensors,
  fromNumbers,
  type Tensor,
} from "../../../../src/tensor/index.js";
import { played, toy } from "./toy.js";

const KEY = "hypersolvers.checkpoint";
const some = async (): Promise<Checkpoint> => (await played(toy().task)).checkpoints[1] as Checkpoint;
const elsewhere = { z0: fromNumbers([1, 2], [2]) };

describe("a checkpoint", () => {
  test("comes back from its file as it was, NaN and infinities included", async () => {
    const checkpoint = await some();
    const { best } = checkpoint;
    if (best === undefined) throw new Error("nothing was validated");
    expect(decodeCheckpoint(encodeCheckpoint(checkpoint), "file")).toEqual(checkpoint);
    const { NaN: nan, POSITIVE_INFINITY, NEGATIVE_INFINITY } = Number;
    const odd: Checkpoint = {
      ...checkpoint,
      best: { ...best, score: [NEGATIVE_INFINITY, nan], metrics: { error: POSITIVE_INFINITY } },
      block: { iterations: 2, taken: 0, loss: 0.1 + 0.2, metrics: { nfe: nan } },
      curve: checkpoint.curve.map((point) => ({ ...point, loss: nan })),
    };
    expect(decodeCheckpoint(encodeCheckpoint(odd), "file")).toEqual(odd);
  });

  test("with another number than was written is refused; one of an earlier version, without checksum, is not", async () => {
    const bytes = encodeCheckpoint(await some());
    const { tensors, metadata } = decodeSafetensors(bytes);
    const changed = bytes.slice();
    // The last float of the file becomes NaN.
    changed.set([0, 0, 0xc0, 0x7f], bytes.length - 4);
    expect(() => decodeCheckpoint(changed, "run/checkpoint.safetensors")).toThrow(
      expect.objectContaining({
        code: "MALFORMED_FILE",
        message: expect.stringMatching(/run\/checkpoint.*damaged since/s),
      }),
    );
    const old = encodeSafetensors(tensors as Record<string, Tensor>, { [KEY]: metadata[KEY] ?? "" });
    expect(decodeCheckpoint(old, "file")).toEqual(decodeCheckpoint(bytes, "file"));
  });

  test("before any validation succeeded has no best values", async () => {
    const { best: _, ...bare } = await some();
    expect(decodeCheckpoint(encodeCheckpoint(bare), "file")).toEqual(bare);
  });

  test.each<[string, (story: Record<string, unknown>) => void]>([
    ["without its settings", (story) => void delete story.settings],
    ["with half an iteration", (story) => void Object.assign(story, { iteration: 1.5 })],
    ["with a negative iteration", (story) => void Object.assign(story, { iteration: -1 })],
    ["with a loss in words", (story) => void Object.assign(story, { block: { loss: "small" } })],
  ])("%s is refused", async (_, change) => {
    const { tensors, metadata } = decodeSafetensors(encodeCheckpoint(await some()));
    const story = JSON.parse(metadata[KEY] ?? "") as Record<string, unknown>;
    change(story);
    const bytes = encodeSafetensors(tensors as Record<string, Tensor>, { [KEY]: JSON.stringify(story) });
    expect(() => decodeCheckpoint(bytes, "my.safetensors")).toThrow(
      expect.objectContaining({ code: "MALFORMED_FILE", message: expect.stringContaining("my.safetensors") }),
    );
  });

  test("cut off anywhere, or another file, is refused", async () => {
    const bytes = encodeCheckpoint(await some());
    for (const length of [0, 4, 100, Math.floor(bytes.length / 2), bytes.length - 1])
      expect(() => decodeCheckpoint(bytes.slice(0, length), "cut")).toThrow(
        expect.objectContaining({ code: "MALFORMED_FILE" }),
      );
    const other = encodeSafetensors(elsewhere, { author: "somebody" });
    expect(() => decodeCheckpoint(other, "states")).toThrow(/received: another file, without it/);
    const damaged = encodeSafetensors(elsewhere, { [KEY]: "{" });
    expect(() => decodeCheckpoint(damaged, "states")).toThrow(/received: \{/);
  });

  test.each(["hypersolvers.flow-checkpoint", "hypersolvers.classifier-checkpoint"])(
    "of an earlier version, %s, is refused with what to do",
    (key) => {
      const old = encodeSafetensors(elsewhere, { [key]: "{}" });
      expect(() => decodeCheckpoint(old, "checkpoint.safetensors")).toThrow(
        expect.objectContaining({
          code: "MALFORMED_FILE",
          message: expect.stringMatching(/earlier version[\s\S]*help: finish that training with the version/),
        }),
      );
    },
  );
});
