/** One way for a backend to die inside a transaction, and what else the pool was asked meanwhile. */
export interface Scenario {
  with: "plain begin" | "transaction";
  kill: "between statements" | "during a statement";
  /** From the kill to the callback's next statement. */
  pauseMs: number;
  deadlineMs: number;
  waitingQueries: number;
  /** Another transaction waits for the same connection. */
  waitingTransaction: boolean;
  /** The callback swallows the failed statement and sends another. */
  goesOnAfterFailure: boolean;
}

type Settled = "resolved" | "rejected" | "hangs";

export interface VictimReport {
  outcome: Settled;
  others: Settled[];
  poolAfterwards: Settled;
  /** What the database holds in the end. */
  kept: number[];
  uncaught: string[];
}
