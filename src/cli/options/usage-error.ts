/** What is wrong with a command line. */
export interface UsageFacts {
  /** The option or argument: `--span`. */
  readonly option: string;
  readonly expected: string;
  readonly received: string;
  /** What to do next, when that is not obvious. */
  readonly help?: string | undefined;
}

/** The command line itself cannot be used: nothing was started. Ends the process with exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly facts: UsageFacts;

  constructor(facts: UsageFacts) {
    super(`${facts.option} is not usable: expected ${facts.expected}, received ${facts.received}`);
    this.facts = facts;
  }
}

/** Makes the error, for `throw unusable(...)`. */
export function unusable(option: string, expected: string, received: string, help?: string): UsageError {
  return new UsageError({ option, expected, received, help });
}
