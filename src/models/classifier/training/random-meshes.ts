import { Random } from "../../../tensor/index.js";

/** A mesh for every iteration of a training. */
export interface RandomMeshes {
  /** The same for the same iteration, however often and in whatever order it is asked for. */
  at(iteration: number): readonly number[];
}

/**
 * Meshes around one: every inner point is uniform between the middles of the steps on both its sides, the ends stay.
 * @param random not to be used elsewhere.
 */
export function randomMeshes(mesh: readonly number[], random: Random): RandomMeshes {
  const { seed } = random;
  let stream = random;
  let next = 0;
  const draw = (): readonly number[] => {
    next++;
    return mesh.map((point, i) => {
      const before = mesh[i - 1];
      const after = mesh[i + 1];
      if (before === undefined || after === undefined) return point;
      return (before + point) / 2 + (stream.uniform() * (after - before)) / 2;
    });
  };
  return {
    at: (iteration) => {
      if (iteration < next) {
        stream = new Random(seed);
        next = 0;
      }
      while (next < iteration) draw();
      return draw();
    },
  };
}
