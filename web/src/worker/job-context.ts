/** What a job is given beside its request. */
export interface JobContext<Event = never> {
  /** Sends news to the page, as plain data. */
  tell(event: Event): void;
  /** Ends the job early. */
  readonly signal: AbortSignal;
}

/** How far something is. */
export interface ProgressNews {
  readonly kind: "progress";
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  readonly metrics: Readonly<Record<string, number>>;
}
