import { AppError } from "../lib/errors.ts";
import { sleep } from "../lib/sleep.ts";
import type { RealtimeDeps } from "./deps.ts";
import { every } from "./every.ts";
import { Feed } from "./feed.ts";
import { alertOf, controlText, type LoggedEvent } from "./frames.ts";
import { Greeter } from "./hello.ts";
import { LiveSocket } from "./live-socket.ts";
import type { Wire } from "./outlet.ts";
import { People } from "./people.ts";
import { type ControlData, closeCodes } from "./protocol.ts";
import { Receiver } from "./receiver.ts";
import type { Seat } from "./seat.ts";
import { SessionWatch, STEP_MS } from "./session-watch.ts";

/** More sockets than this are sent to another process. */
const MAX_SOCKETS = 20_000;
const EPOCH_EVERY_MS = 1_000;
const QUEUE_EVERY_MS = 2_000;
/** Sockets are closed in steps of this length on shutdown, so that not all come back at once. */
const CLOSE_STEP_MS = 50;

/** The live channel of one API process. */
export class Channel {
  readonly #deps: RealtimeDeps;
  readonly #feeds: readonly Feed<Seat>[];
  readonly #people: People;
  readonly #receiver: Receiver;
  readonly #greeter: Greeter;
  readonly #loops: readonly { stop(): Promise<void> }[];
  readonly #sockets = new Map<string, LiveSocket>();
  readonly #seats = new Map<string, Seat>();
  #stopping = false;

  constructor(deps: RealtimeDeps) {
    this.#deps = deps;
    const { events, log } = deps;
    this.#feeds = Array.from(
      { length: events.partitions },
      (_, partition) =>
        new Feed<Seat>({
          ...{ log: events, partition, report: log },
          onInstallation: (news) => this.#tellOperators(news),
        }),
    );
    this.#people = new People({
      openRelay: deps.openRelay,
      processId: deps.processId,
      offer: (...news) => this.#offer(...news),
    });
    this.#greeter = new Greeter(deps, (seat, cursor) => this.#seat(seat, cursor));
    this.#receiver = new Receiver(deps, {
      hello: (socket, frame) => this.#greeter.greet(socket, frame),
      seatOf: (socket) => this.#seats.get(socket.id),
      people: this.#people,
    });
    const sessions = new SessionWatch(deps);
    this.#loops = [
      every("session watch", STEP_MS, log, () => sessions.checkSome(this.#seats.values())),
      every("queue view", QUEUE_EVERY_MS, log, () => this.#showQueue()),
      ...this.#feeds.map((feed) =>
        every("live events watch", EPOCH_EVERY_MS, log, () => feed.checkEpoch()),
      ),
    ];
  }

  open(id: string, wire: Wire): void {
    const socket = new LiveSocket(id, wire, this.#deps);
    this.#sockets.set(id, socket);
    this.#deps.observe.sockets(this.#sockets.size);
    if (this.#stopping) socket.close(closeCodes.restart, "restarting");
    else if (this.#sockets.size > MAX_SOCKETS) socket.close(closeCodes.tryLater, "full");
    else this.#greeter.expect(socket);
  }

  message(id: string, value: unknown): void {
    const socket = this.#sockets.get(id);
    if (socket && !socket.closed) this.#receiver.receive(socket, value);
  }

  drained(id: string): void {
    const seat = this.#seats.get(id);
    this.#sockets.get(id)?.drained();
    if (!seat?.missedPresence) return;
    const data = this.#people.present(seat.organizationId);
    seat.missedPresence = !seat.socket.offer(this.#text("presence", data));
  }

  closed(id: string, code: number): void {
    const socket = this.#sockets.get(id);
    if (!socket) return;
    socket.gone();
    this.#greeter.forget(socket);
    this.#sockets.delete(id);
    this.#unseat(id);
    this.#deps.observe.sockets(this.#sockets.size);
    this.#deps.observe.closed(code);
  }

  /** Sends everybody elsewhere, spread over most of the grace time, and ends. Never rejects. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    const open = [...this.#sockets.values()];
    const steps = Math.max(1, Math.floor((graceMs * 0.8) / CLOSE_STEP_MS));
    // A handful goes at once: spreading is for the crowds.
    const atOnce = Math.max(20, Math.ceil(open.length / steps));
    for (let first = 0; first < open.length; first += atOnce) {
      if (first > 0) await sleep(CLOSE_STEP_MS);
      for (const socket of open.slice(first, first + atOnce)) {
        socket.close(closeCodes.restart, "restarting");
      }
    }
    this.#people.stop();
    await Promise.all([...this.#loops, ...this.#feeds].map((part) => part.stop()));
  }

  /** @throws AppError when the events cannot be followed now. */
  async #seat(seat: Seat, cursor: string | undefined): Promise<void> {
    await this.#feedOf(seat.organizationId).join(seat, cursor);
    if (seat.closed) {
      this.#feedOf(seat.organizationId).leave(seat);
      return;
    }
    this.#seats.set(seat.socket.id, seat);
    seat.socket.send("presence", this.#people.present(seat.organizationId));
  }

  #unseat(id: string): void {
    const seat = this.#seats.get(id);
    if (!seat) return;
    this.#seats.delete(id);
    this.#feedOf(seat.organizationId).leave(seat);
    this.#people.leave(seat);
  }

  #feedOf(organizationId: string): Feed<Seat> {
    const feed = this.#feeds[this.#deps.events.partitionOf(organizationId)];
    if (feed) return feed;
    throw new AppError("internal", "There is no such partition.", { organizationId });
  }

  #offer<Type extends "typing" | "presence">(
    organizationId: string,
    type: Type,
    data: ControlData<Type>,
    exceptUserId: string | null,
  ): void {
    const text = this.#text(type, data);
    for (const seat of this.#feedOf(organizationId).members(organizationId)) {
      if (seat.identity.userId === exceptUserId) continue;
      if (!seat.socket.offer(text) && type === "presence") seat.missedPresence = true;
    }
  }

  get #operators(): Seat[] {
    return [...this.#seats.values()].filter(({ identity }) => identity.isOperator);
  }

  /** Outside the log, because an operator's cursor is of another organization's: REST has what stands. */
  #tellOperators(news: readonly LoggedEvent[]): void {
    for (const alert of news.flatMap((event) => alertOf(event) ?? [])) {
      for (const { socket } of this.#operators) socket.send("queue.alert", alert);
    }
  }

  async #showQueue(): Promise<void> {
    const operators = this.#operators;
    if (operators.length === 0) return;
    const state = await this.#deps.inspectQueue();
    const text = this.#text("queue.snapshot", state);
    for (const { socket } of operators) socket.offer(text);
  }

  #text<Type extends "typing" | "presence" | "queue.snapshot">(
    type: Type,
    data: ControlData<Type>,
  ): string {
    return controlText(type, data, this.#deps.clock.now());
  }
}
