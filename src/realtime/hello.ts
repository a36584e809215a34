import { withDeadline } from "../lib/deadline.ts";
import { AppError, errorMessage } from "../lib/errors.ts";
import type { RealtimeDeps } from "./deps.ts";
import type { LiveSocket } from "./live-socket.ts";
import { type ClientFrame, closeCodes, HELLO_DEADLINE_MS } from "./protocol.ts";
import { Seat } from "./seat.ts";

type Hello = Extract<ClientFrame, { type: "hello" }>;

/** Redeeming the ticket and reading what was missed, each. */
const STEP_DEADLINE_MS = 5_000;

/** Gets each socket from open to seated: one `hello` with a good ticket, in time. */
export class Greeter {
  readonly #deps: RealtimeDeps;
  readonly #seat: (seat: Seat, cursor: string | undefined) => Promise<void>;
  readonly #expected = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(deps: RealtimeDeps, seat: (seat: Seat, cursor: string | undefined) => Promise<void>) {
    this.#deps = deps;
    this.#seat = seat;
  }

  expect(socket: LiveSocket): void {
    const late = () => socket.close(closeCodes.helloLate, "no hello");
    this.#expected.set(socket.id, setTimeout(late, HELLO_DEADLINE_MS));
  }

  forget(socket: LiveSocket): void {
    clearTimeout(this.#expected.get(socket.id));
    this.#expected.delete(socket.id);
  }

  async greet(socket: LiveSocket, { id, data }: Hello): Promise<void> {
    const of = id ?? null;
    if (!this.#expected.has(socket.id)) {
      socket.fail(of, new AppError("invalid_input", "A socket says hello once."));
      return;
    }
    this.forget(socket);
    try {
      const redeemed = this.#deps.redeemTicket(data.ticket);
      const identity = await withDeadline(redeemed, STEP_DEADLINE_MS, "The ticket's check");
      if (socket.closed) return;
      if (identity === null) {
        socket.close(closeCodes.ticketRefused, "ticket refused");
        return;
      }
      const seat = new Seat(socket, identity, this.#deps.observe);
      await withDeadline(this.#seat(seat, data.cursor), STEP_DEADLINE_MS, "The live events");
    } catch (error) {
      this.#deps.log.warn({ error: errorMessage(error) }, "live socket could not be seated");
      socket.fail(of, error);
      socket.close(closeCodes.tryLater, "try later");
    }
  }
}
