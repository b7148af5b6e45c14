import { expect, test } from "vitest";
import { disableTelemetry } from "../../../src/runtime/node/telemetry.js";

test.each([
  [{}, "1"],
  [{ ORT_DISABLE_TELEMETRY: "0" }, "0"],
  [{ ORT_DISABLE_TELEMETRY: "" }, ""],
  [{ ORT_DISABLE_TELEMETRY: "yes" }, "yes"],
])("telemetry is off unless the environment says otherwise: %j", (environment, expected) => {
  disableTelemetry(environment);
  expect(environment).toEqual({ ORT_DISABLE_TELEMETRY: expected });
});
