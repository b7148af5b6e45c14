import { fail, formatShape } from "../../../tensor/index.js";
import { isOp } from "../../node.js";
import { countsOf, type Data, isPacked } from "./packed.js";
import { isFolded } from "./value.js";

/** Elements of one tensor a sample: a gigabyte of float32. */
const tensorLimit = 2 ** 28;

/** Elements that constants may become in all, beside the stored ones: files of a kilobyte can ask for gigabytes. */
const constantLimit = 2 ** 26;

/** Entries of a matrix or list that the importer itself makes. */
const listLimit = 2 ** 24;

/** @throws UNSUPPORTED_FIELD when a list of so many numbers is more than a program should hold. */
export function requireListable(count: number, what: string): void {
  if (count <= listLimit) return;
  throw tooLarge(what, `${count} numbers`, listLimit);
}

/** Operators that loops may become, round by round. */
const repeatedLimit = 2 ** 16;

const tooLarge = (what: string, received: string, limit: number): Error =>
  fail("UNSUPPORTED_FIELD", {
    what,
    expected: `at most ${limit} numbers`,
    received,
    help: "models of this size belong on other machines; or the file is not what it says",
  });

/** Watches over what the programs of one file will hold. */
export class Budget {
  readonly #constants = new Set<Data>();
  #spent = 0;
  #repeated = 0;

  /**
   * Admits another round of a loop.
   * @param certain rounds that are known to come, this one included.
   * @throws UNSUPPORTED_FIELD when loops become more operators than a program should hold.
   */
  admitRound(operators: number, certain: number, what: string): void {
    // A round of none takes time as well.
    const each = operators + 1;
    if (this.#repeated + certain * each > repeatedLimit)
      throw fail("UNSUPPORTED_FIELD", {
        what,
        expected: `loops of at most ${repeatedLimit} operators, all rounds together`,
        received: "more",
        help: "loops are read round by round: write one of fewer rounds",
      });
    this.#repeated += each;
  }

  /** @throws UNSUPPORTED_FIELD with the size, for results that are larger than a program should hold. */
  admit(results: readonly Data[], inputs: readonly (Data | undefined)[], what: string): void {
    const fixed = inputs.every((data) => data === undefined || this.#isConstant(data));
    for (const result of results) {
      if (!isPacked(result) && isFolded(result)) continue;
      const shape = isPacked(result) ? result.packed.shape : result.shape;
      const size = shape.reduce<number>((product, extent) => product * (extent === "batch" ? 1 : extent), 1);
      const text = `${formatShape(shape)}, ${size} numbers${shape.includes("batch") ? " a sample" : ""}`;
      if (!(size <= tensorLimit)) throw tooLarge(what, text, tensorLimit);
      if (!fixed || countsOf(result).some((count) => typeof count !== "number")) continue;
      this.#constants.add(result);
      this.#spent += size;
      if (this.#spent > constantLimit)
        throw tooLarge(`${what}: constants`, `${this.#spent} numbers in all`, constantLimit);
    }
  }

  #isConstant(data: Data): boolean {
    if (this.#constants.has(data)) return true;
    return !isPacked(data) && (isFolded(data) || isOp(data, "constant"));
  }
}
