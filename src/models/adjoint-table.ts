/** The continuous adjoint, with what it does in its own way. */
export const continuousAdjointTable = {
  kind: { type: "choice", of: ["continuous"], required: true, help: "{choices}" },
  method: { type: "text", help: "its own method" },
  norm: { type: "choice", of: ["full", "seminorm"], default: "full", help: "{choices}" },
} as const;
