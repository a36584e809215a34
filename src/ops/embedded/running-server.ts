/** A server we started and must stop. */
export interface RunningServer {
  readonly url: string;
  readonly pid: number;
  /** Stops it in order; resolves when it is gone. */
  stop(): Promise<void>;
  /** Only sends a signal, at once: for a process that is exiting, and for tests that break things. */
  signal(name: NodeJS.Signals): boolean;
}
