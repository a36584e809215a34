import { problemOf } from "../http/problem.ts";
import { withDeadline } from "../lib/deadline.ts";
import { AppError, errorMessage } from "../lib/errors.ts";
import type { RealtimeDeps } from "./deps.ts";
import { parseClientFrame } from "./frames.ts";
import type { LiveSocket } from "./live-socket.ts";
import type { People } from "./people.ts";
import { type ClientFrame, closeCodes } from "./protocol.ts";
import type { Seat } from "./seat.ts";

/** Frames that cannot be read, or come too fast, until the socket is closed. */
const MAX_STRIKES = 5;
const MAX_COMMANDS_UNDER_WAY = 4;
const COMMAND_DEADLINE_MS = 5_000;

type Command = Extract<ClientFrame, { type: "takeover" | "release" }>;

interface Others {
  hello(socket: LiveSocket, frame: Extract<ClientFrame, { type: "hello" }>): Promise<void>;
  seatOf(socket: LiveSocket): Seat | undefined;
  people: Pick<People, "look" | "type">;
}

/** Reads what clients send, within bounds, and has it done. */
export class Receiver {
  readonly #deps: RealtimeDeps;
  readonly #others: Others;

  constructor(deps: RealtimeDeps, others: Others) {
    this.#deps = deps;
    this.#others = others;
  }

  receive(socket: LiveSocket, value: unknown): void {
    if (!socket.rate.take(performance.now())) {
      this.#strike(socket, new AppError("too_many_requests", "Frames come too fast."));
      return;
    }
    const frame = parseClientFrame(value);
    if (frame === undefined) {
      this.#strike(socket, new AppError("malformed_request", "This is no frame."));
      return;
    }
    this.#deps.observe.frameReceived(frame.type);
    if (frame.type === "hello") {
      void this.#others.hello(socket, frame);
      return;
    }
    const of = frame.id ?? null;
    if (frame.type === "ping") {
      socket.send("pong", { of });
      return;
    }
    const seat = this.#others.seatOf(socket);
    if (seat) this.#obey(seat, frame);
    else this.#strike(socket, new AppError("forbidden", "Say hello first."), of);
  }

  #obey(seat: Seat, frame: Exclude<ClientFrame, { type: "hello" | "ping" }>): void {
    if (frame.type === "presence") this.#others.people.look(seat, frame.data.conversationId);
    else if (frame.type === "typing") {
      this.#others.people.type(seat, frame.data.conversationId, frame.data.typing);
    } else void this.#command(seat, frame);
  }

  async #command({ socket, identity }: Seat, frame: Command): Promise<void> {
    const of = frame.id ?? null;
    if (socket.commandsUnderWay >= MAX_COMMANDS_UNDER_WAY) {
      socket.fail(of, new AppError("too_many_requests", "Wait for the answers to come."));
      return;
    }
    socket.commandsUnderWay += 1;
    try {
      const { conversationId } = frame.data;
      const done =
        frame.type === "takeover"
          ? this.#deps.takeOver(identity, conversationId)
          : this.#deps.release(identity, conversationId);
      const { version } = await withDeadline(done, COMMAND_DEADLINE_MS, `The ${frame.type}`);
      socket.send("ack", { of, version });
    } catch (error) {
      const { status, code } = problemOf(error, "").body;
      if (status >= 500) {
        const facts = { code, error: errorMessage(error), command: frame.type };
        this.#deps.log.error(facts, "live command failed");
      }
      socket.fail(of, error);
    } finally {
      socket.commandsUnderWay -= 1;
    }
  }

  #strike(socket: LiveSocket, error: AppError, of: string | null = null): void {
    socket.strikes += 1;
    socket.fail(of, error);
    if (socket.strikes >= MAX_STRIKES) socket.close(closeCodes.policy, "too many bad frames");
  }
}
