/** Where jobs wait. */
export const queueTable = {
  queue: {
    type: "text",
    otherwise: "sweep, worker: HYPERSOLVERS_QUEUE, else a folder beside the results",
    placeholder: "where",
    group: "Many machines:",
    help: "postgres://USER:PASSWORD@HOST/DATABASE?sslmode=…, for several machines; or a folder, for one process at a time",
  },
  store: {
    type: "text",
    otherwise: "the database, or the folder of the queue",
    placeholder: "folder",
    group: "Many machines:",
    help: "a folder that all machines share, for fields, checkpoints and results",
  },
} as const;

/** Jobs that the machine of a sweep does itself. */
export const ownWorkersTable = {
  workers: {
    type: "integer",
    min: 0,
    max: 1024,
    otherwise: "1; 0 with a PostgreSQL queue",
    placeholder: "n",
    help: "jobs of the queue that this machine runs at once; threads are shared among them",
  },
} as const;

/** Of commands that can hand their work to a queue. */
export const handingTable: typeof queueTable & typeof ownWorkersTable = {
  ...queueTable,
  ...ownWorkersTable,
};
