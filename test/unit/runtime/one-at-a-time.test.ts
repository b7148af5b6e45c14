import { expect, test } from "vitest";
import { oneAtATime } from "../../../src/runtime/one-at-a-time.js";

test("actions run in order, none before the one ahead has ended or failed", async () => {
  const queue = oneAtATime();
  const seen: string[] = [];
  const slow = (name: string, fails: boolean) => async (): Promise<string> => {
    seen.push(`${name} begins`);
    await new Promise((done) => setTimeout(done, 5));
    seen.push(`${name} ends`);
    if (fails) throw new Error(name);
    return name;
  };
  const results = await Promise.allSettled([
    queue(slow("a", false)),
    queue(slow("b", true)),
    queue(slow("c", false)),
  ]);
  expect(seen).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  expect(results).toMatchObject([{ value: "a" }, { reason: new Error("b") }, { value: "c" }]);
});
