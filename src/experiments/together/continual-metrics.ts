import type { BrokenCourse, Course } from "./course.js";
import type { Following } from "./following.js";

/** What `metrics.json` of `continual` holds: trainings that hypersolvers followed, and trainings from scratch. */
export interface ContinualMetrics {
  readonly follow: readonly Following[];
  readonly scratch: readonly (Course | BrokenCourse)[];
}
