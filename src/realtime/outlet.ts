/** A reader so far behind is closed with "resume later": nothing in the middle is ever dropped. */
const MAX_WAITING_FRAMES = 256;
const MAX_WAITING_BYTES = 1024 * 1024;

/** How Bun answers `send`: queued by the socket under pressure, or not sent at all. */
const QUEUED = -1;
const NOT_SENT = 0;

/** The socket, as far as it is written to. */
export interface Wire {
  sendText(text: string): number;
  /** Gathers what `write` sends into few packets. */
  cork(write: () => void): unknown;
  close(code: number, reason: string): void;
  terminate(): void;
}

/**
 * What goes out over one socket, in order. While the socket takes nothing, frames wait here, within
 * bounds. Frames that are replayed wait without a bound of their own: their number has one.
 */
export class Outlet {
  readonly #wire: Wire;
  readonly #onTooSlow: () => void;
  #waiting: string[] = [];
  #waitingBytes = 0;
  /** How many of the first that wait are replayed, and not counted. */
  #replayed = 0;
  #blocked = false;
  #ended = false;

  constructor(wire: Wire, onTooSlow: () => void) {
    this.#wire = wire;
    this.#onTooSlow = onTooSlow;
  }

  get idle(): boolean {
    return !this.#blocked && this.#waiting.length === 0;
  }

  send(text: string): void {
    if (this.#ended) return;
    if (this.idle) {
      this.#write(text);
      return;
    }
    this.#waiting.push(text);
    this.#waitingBytes += Buffer.byteLength(text);
    const frames = this.#waiting.length - this.#replayed;
    if (frames > MAX_WAITING_FRAMES || this.#waitingBytes > MAX_WAITING_BYTES) {
      this.end();
      this.#onTooSlow();
    }
  }

  /** As `send` for each, gathered: under load events come many at a time. */
  sendAll(frames: readonly { readonly text: string }[]): void {
    const sendEach = () => {
      for (const { text } of frames) this.send(text);
    };
    if (frames.length > 1 && !this.#ended && this.idle) this.#wire.cork(sendEach);
    else sendEach();
  }

  /** Sends many frames as fast as the reader takes them. */
  replay(texts: readonly string[]): void {
    if (this.#ended) return;
    this.#waiting.splice(this.#replayed, 0, ...texts);
    this.#replayed += texts.length;
    this.#flush();
  }

  /** For news that is soon stale: sent only if nothing waits. Tells whether it was. */
  offer(text: string): boolean {
    if (this.#ended || !this.idle) return false;
    this.#write(text);
    return true;
  }

  /** The socket takes more. */
  drained(): void {
    this.#blocked = false;
    this.#flush();
  }

  /** Nothing is sent any more, and what waits is let go. */
  end(): void {
    this.#ended = true;
    this.#waiting = [];
  }

  #flush(): void {
    if (this.#ended || this.#blocked || this.#waiting.length === 0) return;
    let sent = 0;
    this.#wire.cork(() => {
      for (const text of this.#waiting) {
        if (this.#blocked || this.#ended) return;
        this.#write(text);
        if (sent >= this.#replayed) this.#waitingBytes -= Buffer.byteLength(text);
        sent += 1;
      }
    });
    this.#waiting.splice(0, sent);
    this.#replayed = Math.max(0, this.#replayed - sent);
  }

  #write(text: string): void {
    const result = this.#wire.sendText(text);
    if (result === QUEUED) this.#blocked = true;
    // Over the socket's own limit, or closing: a gap would go unnoticed, an end does not.
    if (result === NOT_SENT && !this.#ended) {
      this.end();
      this.#wire.terminate();
    }
  }
}
