/** Wakes whoever waits. A ring while nobody waits is not kept: waiters look at the state first. */
export class Bell {
  #rung = Promise.withResolvers<void>();

  ring(): void {
    const { resolve } = this.#rung;
    this.#rung = Promise.withResolvers();
    resolve();
  }

  /** Resolves at the next ring, or after `atMostMs`. */
  async wait(atMostMs: number): Promise<void> {
    const { promise } = this.#rung;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, atMostMs);
    await Promise.race([promise, late]);
    clearTimeout(timer);
  }
}
