import { cssColor, roleColor } from "../../draw/colors.js";
import type { Pen } from "../../draw/picture.js";
import { MOST_TORQUE, type PendulumName, pendulumRoles } from "./pendulums.js";

/** Share of the height at which the axis is. */
export const AXIS = 0.48;

/** Three pendulums on one axis; the reference is a ring, so that who hides behind it is seen. */
export function drawPendulums(pen: Pen, at: Readonly<Record<PendulumName, number>>, torque: number): void {
  const { context, width, height } = pen;
  const axis = [width / 2, AXIS * height] as const;
  drawTorque(pen, axis, torque);
  for (const name of ["rk4", "hyper", "reference"] as const) drawOne(pen, axis, name, at[name]);
  context.fillStyle = cssColor("ink");
  context.beginPath();
  context.arc(...axis, 4, 0, 2 * Math.PI);
  context.fill();
}

function drawOne(
  { context, width, height }: Pen,
  [x, y]: readonly [number, number],
  name: PendulumName,
  angle: number,
): void {
  const length = 0.38 * Math.min(width, height);
  const [bx, by] = [x + length * Math.sin(angle), y + length * Math.cos(angle)];
  const isReference = name === "reference";
  const color = roleColor(pendulumRoles[name]);
  context.strokeStyle = color;
  context.fillStyle = isReference ? cssColor("paper") : color;
  context.lineWidth = isReference ? 2 : 5;
  context.globalAlpha = isReference ? 1 : 0.85;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(bx, by);
  context.stroke();
  context.beginPath();
  context.arc(bx, by, isReference ? 8 : 17, 0, 2 * Math.PI);
  context.fill();
  if (isReference) context.stroke();
  context.globalAlpha = 1;
}

/** An arc around the axis, as long as the torque is large. */
function drawTorque({ context }: Pen, [x, y]: readonly [number, number], torque: number): void {
  if (Math.abs(torque) < 0.05) return;
  const reach = (0.9 * Math.PI * torque) / MOST_TORQUE;
  context.strokeStyle = cssColor("muted");
  context.lineWidth = 5;
  context.lineCap = "round";
  context.beginPath();
  // Angles of the canvas run clockwise from the right; those of a pendulum counterclockwise from below.
  context.arc(x, y, 30, Math.PI / 2, Math.PI / 2 - reach, torque > 0);
  context.stroke();
}
