import type { BrokenCourse, Course } from "./course.js";

/** What `metrics.json` of `joint` holds: trainings of the flow and of the classifier. */
export interface JointMetrics {
  readonly flow: readonly (Course | BrokenCourse)[];
  readonly images: readonly (Course | BrokenCourse)[];
}
