import { type AdaptiveTableau, defineTableau } from "../tableau.js";

/** Tsitouras' interpolant at the middle of the step, θ = 1/2: his polynomials b_i(θ) in factored form, as printed. */
const x = 1 / 2;
const bMid = [
  -1.0530884977290216 * x * (x - 1.329989018975412) * (x * x - 1.4364028541716351 * x + 0.7139816917074209),
  0.1017 * x * x * (x * x - 2.1966568338249754 * x + 1.2949852507374631),
  2.490627285651252793 * x * x * (x * x - 2.38535645472061657 * x + 1.57803468208092486),
  -16.54810288924490272 * (x - 1.21712927295533244) * (x - 0.61620406037800089) * x * x,
  47.37952196281928122 * (x - 1.203071208372362603) * (x - 0.658047292653547382) * x * x,
  -34.87065786149660974 * (x - 1.2) * (x - 2 / 3) * x * x,
  2.5 * (x - 1) * (x - 0.6) * x * x,
];

/**
 * The 5(4) pair of Tsitouras. Order 5, 7 stages (6 evaluations a step), embedded order 4, FSAL.
 * Aliases: `tsitouras`. Not to be confused with torchdiffeq's `tsit5`, which propagates the embedded solution of order
 * 4 (its weights of y1 are our b̂), so that steps and errors differ; diffrax and SciML propagate order 5, as here.
 * Dense output: Tsitouras' own interpolant of order 4.
 * Reference: Ch. Tsitouras, Runge-Kutta pairs of order 5(4) satisfying only the first column simplifying assumption,
 *   Comput. Math. Appl. 62 (2011); coefficients rounded to float64.
 */
export const tsit5: AdaptiveTableau = defineTableau({
  name: "tsit5",
  aliases: ["tsitouras"],
  order: 5,
  a: [
    [],
    [161 / 1000],
    [-0.008480655492356989, 0.335480655492357],
    [2.8971530571054935, -6.359448489975075, 4.3622954328695815],
    [5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525],
    [5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, -0.028269050394068383],
    [
      0.09646076681806523,
      1 / 100,
      0.4798896504144996,
      1.379008574103742,
      -3.290069515436081,
      2.324710524099774,
    ],
  ],
  b: [
    0.09646076681806523,
    1 / 100,
    0.4798896504144996,
    1.379008574103742,
    -3.290069515436081,
    2.324710524099774,
    0,
  ],
  c: [0, 161 / 1000, 327 / 1000, 9 / 10, 0.9800255409045097, 1, 1],
  bError: [
    0.0017800110522257714,
    0.0008164344596567469,
    -0.007880878010261995,
    0.1447110071732629,
    -0.5823571654525552,
    0.45808210592918697,
    -1 / 66,
  ],
  embeddedOrder: 4,
  bMid,
  reference: "Ch. Tsitouras, Comput. Math. Appl. 62 (2011) 770-775",
});
