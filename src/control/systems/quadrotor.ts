import {
  add,
  concatColumns,
  constant,
  cos,
  div,
  gather,
  matmul,
  mul,
  type Node,
  reduceSum,
  sin,
  slice,
  square,
  sub,
} from "../../graph/index.js";
import { defineField } from "../../ode/index.js";
import { fromNumbers } from "../../tensor/index.js";
import { columns } from "./columns.js";
import { CONTROL_INPUT, type ControlledSystem } from "./controlled-system.js";
import { requireParameters } from "./parameters.js";

/** A rigid body with four rotors in the shape of a plus, in SI units. */
export interface QuadrotorParameters {
  /** kg. Default 1. */
  readonly mass?: number;
  /** From the middle to a rotor, m. Default 0.2. */
  readonly arm?: number;
  /** Moments of inertia about the body's axes, kg m². Default 0.01, 0.01, 0.02. */
  readonly inertia?: readonly [number, number, number];
  /** Torque about the vertical axis by thrust of a rotor, m. Default 0.02. */
  readonly torqueRatio?: number;
  /** m/s². Default 9.81. */
  readonly gravity?: number;
  /** Force of the air against the motion by velocity, N s/m. Default 0. */
  readonly drag?: number;
  /** Torque of the air against the turning by angular velocity, N m s. Default 0. */
  readonly angularDrag?: number;
}

/**
 * A quadrotor: m v̇ = R e₃ Σ u_i − m g e₃ − c v,  I ω̇ = τ − ω × I ω − d ω, with R = R_z(ψ) R_y(θ) R_x(φ).
 * State: position, m, and velocity, m/s, both in the world's frame with the third axis up; roll φ, pitch θ and yaw ψ, rad;
 * angular velocity ω in the body's frame, rad/s: twelve columns in this order. Control: the thrusts of the rotors at +x, +y,
 * −x, −y, N; those on the x axis turn the body one way about the vertical, those on the y axis the other. Euler angles
 * know no pitch of ±π/2.
 * @throws INVALID_ARGUMENT for a mass, arm or inertia that is not positive, or a negative drag.
 * Reference: R. Mahony, V. Kumar, P. Corke, Multirotor Aerial Vehicles, IEEE Robotics & Automation Magazine 19 (2012).
 */
export function quadrotor(parameters: QuadrotorParameters = {}): ControlledSystem {
  const { mass = 1, arm = 0.2, inertia = [0.01, 0.01, 0.02], torqueRatio = 0.02 } = parameters;
  const { gravity = 9.81, drag = 0, angularDrag = 0 } = parameters;
  const [I1, I2, I3] = inertia;
  requireParameters("quadrotor", { mass, arm, I1, I2, I3 }, { drag, angularDrag, torqueRatio });
  // Σ u_i / m, and torques over moments of inertia, as one product with the thrusts.
  const [a, b, k] = [arm / I1, arm / I2, torqueRatio / I3];
  const lift = 1 / mass;
  const mixing = [lift, 0, -b, k, lift, a, 0, -k, lift, 0, b, k, lift, -a, 0, -k];
  const gyration = [(I2 - I3) / I1, (I3 - I1) / I2, (I1 - I2) / I3];
  const resistance = inertia.map((moment) => -angularDrag / moment);
  const field = defineField(
    ["batch", 12],
    (_, z, { [CONTROL_INPUT]: u }) => {
      const { velocity, angles, rates } = partsOf(z);
      const thrust = matmul(u as Node, matrix(mixing, 4, z));
      const { direction, turning } = attitude(angles, rates);
      const lifted = mul(direction, slice(thrust, 1, 0, 1));
      const falling = add(lifted, matrix([0, 0, -gravity], 1, z));
      const acceleration = drag === 0 ? falling : sub(falling, mul(velocity, drag / mass));
      const gyroscopic = mul(
        mul(gather(rates, 1, [1, 2, 0]), gather(rates, 1, [2, 0, 1])),
        matrix(gyration, 1, z),
      );
      const turned = add(slice(thrust, 1, 1, 4), gyroscopic);
      const spin = angularDrag === 0 ? turned : add(turned, mul(rates, matrix(resistance, 1, z)));
      return concatColumns([velocity, acceleration, turning, spin]);
    },
    { controls: { [CONTROL_INPUT]: { shape: ["batch", 4] } } },
  );
  return {
    name: "quadrotor",
    field,
    stateNames: stateNames(),
    controlNames: ["+x", "+y", "−x", "−y"].map((place) => `thrust at ${place} (N)`),
    energy: (z) => {
      const { position, velocity, rates } = partsOf(z);
      const moving = mul(reduceSum(square(velocity), 1, true), mass / 2);
      const spinning = reduceSum(
        mul(
          square(rates),
          matrix(
            inertia.map((moment) => moment / 2),
            1,
            z,
          ),
        ),
        1,
        true,
      );
      return add(add(moving, spinning), mul(slice(position, 1, 2, 3), mass * gravity));
    },
  };
}

const stateNames = (): string[] => [
  ...["x", "y", "z"].map((axis) => `${axis} (m)`),
  ...["x", "y", "z"].map((axis) => `velocity along ${axis} (m/s)`),
  ...["roll", "pitch", "yaw"].map((angle) => `${angle} (rad)`),
  ...["roll", "pitch", "yaw"].map((angle) => `${angle} rate (rad/s)`),
];

/** Constants in rows, in the float type of a node. */
const matrix = (values: readonly number[], rows: number, { dtype }: Node): Node =>
  constant(fromNumbers(values, [rows, values.length / rows], dtype));

/** The state by meaning, [batch, 3] each. */
const partsOf = (z: Node): Record<"position" | "velocity" | "angles" | "rates", Node> => ({
  position: slice(z, 1, 0, 3),
  velocity: slice(z, 1, 3, 6),
  angles: slice(z, 1, 6, 9),
  rates: slice(z, 1, 9, 12),
});

/** Where the thrust points in the world, R e₃, and the derivatives of the Euler angles. */
function attitude(angles: Node, rates: Node): { readonly direction: Node; readonly turning: Node } {
  const [sineRoll, sinePitch, sineYaw] = columns(sin(angles));
  const [cosineRoll, cosinePitch, cosineYaw] = columns(cos(angles));
  const [p, q, r] = columns(rates);
  const leaning = mul(cosineRoll, sinePitch);
  const direction = concatColumns([
    add(mul(leaning, cosineYaw), mul(sineRoll, sineYaw)),
    sub(mul(leaning, sineYaw), mul(sineRoll, cosineYaw)),
    mul(cosineRoll, cosinePitch),
  ]);
  const yaw = div(add(mul(q, sineRoll), mul(r, cosineRoll)), cosinePitch);
  const turning = concatColumns([
    add(p, mul(yaw, sinePitch)),
    sub(mul(q, cosineRoll), mul(r, sineRoll)),
    yaw,
  ]);
  return { direction, turning };
}
