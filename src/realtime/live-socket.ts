import { problemOf } from "../http/problem.ts";
import type { RealtimeDeps } from "./deps.ts";
import { controlText } from "./frames.ts";
import { Outlet, type Wire } from "./outlet.ts";
import { type ControlData, type ControlFrameType, closeCodes } from "./protocol.ts";
import { FrameRate } from "./rate.ts";

type SocketDeps = Pick<RealtimeDeps, "clock" | "observe">;

/** One open socket: what it is told, and when it is closed. Who it is, it learns by `hello`. */
export class LiveSocket {
  readonly id: string;
  readonly rate = new FrameRate(performance.now());
  /** Frames that could not be read or came too fast. */
  strikes = 0;
  /** Commands that have not been answered. */
  commandsUnderWay = 0;
  readonly #wire: Wire;
  readonly #deps: SocketDeps;
  readonly #outlet: Outlet;
  #closed = false;

  constructor(id: string, wire: Wire, deps: SocketDeps) {
    this.id = id;
    this.#wire = wire;
    this.#deps = deps;
    this.#outlet = new Outlet(wire, () => {
      deps.observe.tooSlow();
      this.close(closeCodes.resumeLater, "resume later");
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Never dropped: waits its turn, or the socket is closed. */
  send<Type extends ControlFrameType>(type: Type, data: ControlData<Type>): void {
    this.#outlet.send(controlText(type, data, this.#deps.clock.now()));
  }

  /** Never dropped, as `send`; few packets, however many frames. */
  sendTexts(frames: readonly { readonly text: string }[]): void {
    this.#outlet.sendAll(frames);
  }

  replay(texts: readonly string[]): void {
    this.#outlet.replay(texts);
  }

  /** Dropped while the reader is behind. */
  offer(text: string): boolean {
    return this.#outlet.offer(text);
  }

  drained(): void {
    this.#outlet.drained();
  }

  /** Answers a frame with what went wrong, in the API's codes and words. */
  fail(of: string | null, error: unknown): void {
    const { code, userMessage } = problemOf(error, "").body;
    this.send("error", { of, code, userMessage });
  }

  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.gone();
    this.#wire.close(code, reason);
  }

  /** The socket is closed, by whomever. */
  gone(): void {
    this.#closed = true;
    this.#outlet.end();
  }
}
