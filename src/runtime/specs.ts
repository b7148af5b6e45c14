/** What tables of options need of this layer: loads nothing else. */

export { type Device, devices, MOST_THREADS } from "./machine.js";
