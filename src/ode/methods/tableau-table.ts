/** An explicit Runge–Kutta method as plain data: what `defineTableau` takes, and what it makes of it. */
export const tableauTable = {
  name: { type: "text", required: true, help: "what files and reports call it" },
  title: { type: "text", otherwise: "the name", help: "as tables and figures have it" },
  aliases: { type: "list", of: { type: "text" }, help: "other names" },
  order: { type: "integer", min: 1, max: 20, required: true, help: "order of convergence" },
  a: {
    type: "list",
    of: { type: "list", of: { type: "number" } },
    required: true,
    help: "row i has i numbers: the method is explicit",
  },
  b: { type: "list", of: { type: "number" }, required: true, help: "weights" },
  c: { type: "list", of: { type: "number" }, required: true, help: "nodes" },
  reference: { type: "text", required: true, help: "where the coefficients come from" },
  bError: { type: "list", of: { type: "number" }, help: "b minus the weights of the embedded solution" },
  embeddedOrder: { type: "integer", min: 1, max: 20, help: "order of the embedded solution" },
  bMid: { type: "list", of: { type: "number" }, help: "weights of the state at the middle of the step" },
  reuseLastStage: { type: "boolean", help: "the last stage begins the next step" },
  stages: { type: "integer", min: 1, max: 100, help: "derived" },
  fsal: { type: "boolean", help: "derived: first same as last" },
} as const;
