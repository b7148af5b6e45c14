import type { CoefficientSpec, FitSpec, SolverSpec, StudentFitSpec } from "../../hypersolver/index.js";
import { affordableNetworks, hiddenFeature, subjectOf, USUAL_NETWORKS } from "../../hypersolver/internal.js";
import { type Field, fieldMacs, fixed, tableauNamed } from "../../ode/index.js";
import { correctionLearner } from "../fit/correction-learner.js";
import { coefficientLearner, solverLearner } from "../fit/solver-learner.js";
import { studentLearner } from "../fit/student-learner.js";
import type { Arm, ArmSite } from "./arm.js";
import { learnedCandidate } from "./learned-candidate.js";

const EVALUATIONS = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16];
/** The first of coefficients is what is computed without training. */
const COEFFICIENT_RUNGS = { vectors: [0, 150, 600, 2400], images: [0, 60, 240] };
const JOINT_RUNGS = { vectors: [400, 1600, 6400], images: [150, 500, 1500] };
const CORRECTION_RUNGS = { vectors: [500, 2000, 8000], images: [100, 400, 1600] };
const STUDENT_RUNGS = { vectors: [750, 3000], images: [150, 600] };
/** Of mini-batches, as the fits take them. */
const ROWS = {
  coefficients: { vectors: 256, images: 4 },
  both: { vectors: 256, images: 2 },
  correction: { vectors: 512, images: 16 },
  student: { vectors: 512, images: 4 },
};
/** Students are as large as so many evaluations of f. */
const STUDENTS = [1, 2, 4, 8];
/** For short fits of networks: the pairs that coefficients were fitted to, which are solved already; and trajectories. */
const FEW_PAIRS = 4096;
const FEW_TRAJECTORIES = 8192;
/** Pairs for every fit to images: enough for a few hundred iterations of small batches, and solved in a tenth of the time. */
const IMAGE_PAIRS = 64;
/** Images with networks: more iterations of smaller batches learn more in the same time. */
const IMAGE_BATCH = { batch: ROWS.both.images, jointBatch: ROWS.both.images };
/** Iterations of coefficients alone, before networks join them. */
const ALONE = { vectors: 150, images: 20 };
const SIZES = [
  [32, 32],
  [64, 64, 64],
];
/** Evaluations at which networks on coefficients are tried, and how far apart they stand. */
const JOINT = [1, 2, 3, 4, 6, 8].map((evaluations) => ({ evaluations, every: Math.min(2, evaluations) }));
const BASES = [
  ["euler", 1],
  ["euler", 2],
  ["midpoint", 1],
  ["heun", 1],
  ["heun", 2],
  ["midpoint", 3],
] as const;

/** Everything worth learning for a field. */
export function armsFor(site: ArmSite): Arm[] {
  const coefficients = EVALUATIONS.map((n) => coefficientArm(site, n));
  const subject = subjectOf(site.field);
  const networks: (readonly number[] | undefined)[] = subject === "images" ? [undefined] : SIZES;
  const joint = JOINT.flatMap((own) =>
    networks.flatMap((hidden) => [
      jointArm(site, { ...own, hidden }),
      ...(readsInside(site.field) && hidden === SIZES[1] && own.evaluations <= 2
        ? [jointArm(site, { ...own, hidden, inputs: ["features", "z", "stages"] })]
        : []),
    ]),
  );
  if (subject === "vectors") joint.push(...affordableArms(site));
  const corrections = BASES.flatMap(([base, steps]) =>
    networks.map((hidden) => correctionArm(site, { base, steps, hidden })),
  );
  // A field without arithmetic has none to match.
  const sizes = fieldMacs(site.field) > 0 ? STUDENTS : [];
  const students = sizes.map((evaluations) => studentArm(site, evaluations));
  return [...coefficients, ...joint, ...corrections, ...students];
}

/** Whether networks could read f's hidden layer where by default they do not: of images they do. */
const readsInside = (field: Field): boolean =>
  subjectOf(field) === "vectors" && hiddenFeature(field) !== undefined;

/** Networks that cost less than an evaluation, where states have many components and the usual ones cost more. */
const affordableArms = (site: ArmSite): Arm[] =>
  JOINT.flatMap(({ evaluations }) => {
    const networks = affordableNetworks(site.field, evaluations);
    return networks === USUAL_NETWORKS ? [] : [jointArm(site, { evaluations, ...networks })];
  });

function coefficientArm(site: ArmSite, evaluations: number): Arm {
  const { field, span, seed } = site;
  const subject = subjectOf(field);
  const rungs = COEFFICIENT_RUNGS[subject];
  const pairs = subject === "images" ? { trajectories: IMAGE_PAIRS } : {};
  const spec = (iterations: number): CoefficientSpec => ({ evaluations, ...pairs, span, seed, iterations });
  const named = { name: `coefficients n=${evaluations}`, family: "coefficients" } as const;
  return {
    ...named,
    nfe: evaluations,
    gCalls: 0,
    size: "none",
    rungs,
    rows: ROWS.coefficients[subject],
    candidate: (rung) => {
      const iterations = rungs[rung] ?? 0;
      return learnedCandidate(site, named, iterations, coefficientLearner(spec(iterations)));
    },
  };
}

type JointSpec = Pick<SolverSpec, "evaluations" | "every" | "hidden" | "inputs" | "layersAlone" | "mixes"> & {
  readonly evaluations: number;
};

function jointArm(site: ArmSite, own: JointSpec): Arm {
  const { field, span, seed } = site;
  const subject = subjectOf(field);
  const rungs = JOINT_RUNGS[subject];
  const { evaluations, every = 2, hidden, inputs, layersAlone = false, mixes } = own;
  const size = [
    hidden?.join("x") ?? "usual",
    ...(inputs === undefined ? [] : ["inside"]),
    ...(layersAlone ? ["alone"] : []),
    ...(mixes === undefined ? [] : [`of ${mixes} sums`]),
    ...(every > 2 ? ["at the end"] : []),
  ].join(" ");
  const named = { name: `both n=${evaluations}, g ${size}`, family: "both" } as const;
  return {
    ...named,
    nfe: evaluations,
    gCalls: Math.ceil(evaluations / every),
    size: `both ${size}`,
    rungs: rungs.map((joint) => joint + ALONE[subject]),
    rows: ROWS.both[subject],
    candidate: (rung) => {
      const jointIterations = rungs[rung] ?? 0;
      const iterations = ALONE[subject];
      const trajectories = subject === "images" ? IMAGE_PAIRS : rung === 0 ? FEW_PAIRS : undefined;
      const pairs = trajectories === undefined ? {} : { trajectories };
      const batch = subject === "images" ? IMAGE_BATCH : {};
      const all = { ...defined(own), ...pairs, ...batch, span, seed, iterations, jointIterations };
      return learnedCandidate(site, named, iterations + jointIterations, solverLearner(all));
    },
  };
}

type CorrectionSpec = Pick<FitSpec, "hidden"> & { readonly base: string; readonly steps: number };

function correctionArm(site: ArmSite, own: CorrectionSpec): Arm {
  const { field, span, seed } = site;
  const subject = subjectOf(field);
  const rungs = CORRECTION_RUNGS[subject];
  const { base, steps, hidden } = own;
  const size = hidden?.join("x") ?? "usual";
  const named = { name: `correction of ${base}:${steps}, g ${size}`, family: "correction" } as const;
  return {
    ...named,
    nfe: fixed(tableauNamed(base), { steps }).linear.nfe(steps),
    gCalls: steps,
    size: `correction ${size}`,
    rungs,
    rows: ROWS.correction[subject],
    candidate: (rung) => {
      const iterations = rungs[rung] ?? 0;
      const few = rung === 0 && subject === "vectors" ? { trajectories: FEW_TRAJECTORIES } : {};
      const all: FitSpec = { ...defined(own), ...few, base, steps, epsilon: null, span, seed, iterations };
      return learnedCandidate(site, named, iterations, correctionLearner(all));
    },
  };
}

/** Not a solver: it shows whether f is needed at all. */
function studentArm(site: ArmSite, evaluations: number): Arm {
  const { field, span, seed } = site;
  const subject = subjectOf(field);
  const rungs = STUDENT_RUNGS[subject];
  const named = { name: `student of ${evaluations} evaluations' arithmetic`, family: "student" } as const;
  return {
    ...named,
    nfe: 0,
    gCalls: 1,
    worth: evaluations,
    size: named.name,
    rungs,
    rows: ROWS.student[subject],
    candidate: (rung) => {
      const iterations = rungs[rung] ?? 0;
      const pairs = subject === "images" ? { trajectories: IMAGE_PAIRS } : {};
      const all: StudentFitSpec = { evaluations, ...pairs, span, seed, iterations };
      return learnedCandidate(site, named, iterations, studentLearner(all));
    },
  };
}

/** Without what is left to defaults. */
const defined = <T extends object>(spec: T): T =>
  Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined)) as T;
