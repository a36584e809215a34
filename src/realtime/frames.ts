import type { Static } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { TailEvent } from "../../streams/tail.ts";
import { msOf, type Position } from "./cursor.ts";
import {
  type ClientFrame,
  type ClientFrameType,
  type ControlData,
  type ControlFrameType,
  clientFrames,
  FRAME_VERSION,
} from "./protocol.ts";
import { QueueAlert } from "./rows.ts";

const checks = {
  hello: TypeCompiler.Compile(clientFrames.hello),
  ping: TypeCompiler.Compile(clientFrames.ping),
  takeover: TypeCompiler.Compile(clientFrames.takeover),
  release: TypeCompiler.Compile(clientFrames.release),
  typing: TypeCompiler.Compile(clientFrames.typing),
  presence: TypeCompiler.Compile(clientFrames.presence),
} as const satisfies Record<ClientFrameType, unknown>;

/** The client's frame, or undefined when this is none. Never throws. */
export function parseClientFrame(value: unknown): ClientFrame | undefined {
  if (typeof value !== "object" || value === null || !("type" in value)) return undefined;
  const { type } = value;
  if (typeof type !== "string" || !isClientFrameType(type)) return undefined;
  return checks[type].Check(value) ? checkedFrame(value) : undefined;
}

const alertCheck = TypeCompiler.Compile(QueueAlert);

/** The alert that a logged event of kind `queue.alert` carries; undefined for anything else. */
export function alertOf({ kind, row }: LoggedEvent): QueueAlert | undefined {
  return kind === "queue.alert" && alertCheck.Check(row) ? row : undefined;
}

function isClientFrameType(type: string): type is ClientFrameType {
  return Object.hasOwn(checks, type);
}

/** Holds because the value has just passed the check of the type that it names. */
function checkedFrame(value: object): ClientFrame {
  return value as Static<(typeof clientFrames)[ClientFrameType]>;
}

/** A frame outside the log, as text. */
export function controlText<Type extends ControlFrameType>(
  type: Type,
  data: ControlData<Type>,
  now: Date,
): string {
  return JSON.stringify({ v: FRAME_VERSION, type, id: null, at: now.toISOString(), data });
}

/** One logged event; made into text at most once, however many sockets it goes to. */
export class LoggedEvent {
  readonly organizationId: string;
  readonly position: Position;
  readonly #event: TailEvent["event"];
  #text: string | undefined;

  constructor(position: Position, event: TailEvent["event"]) {
    this.position = position;
    this.organizationId = event.organizationId;
    this.#event = event;
  }

  get kind(): string {
    return this.#event.kind;
  }

  get row(): unknown {
    return this.#event.data;
  }

  get text(): string {
    this.#text ??= this.#serialize();
    return this.#text;
  }

  #serialize(): string {
    const { eventId, kind, entityId, version, data: row } = this.#event;
    const { epoch, id } = this.position;
    return JSON.stringify({
      v: FRAME_VERSION,
      type: kind,
      id: `${epoch}:${id}`,
      at: new Date(msOf(id)).toISOString(),
      data: { eventId, entityId, version, row },
    });
  }
}
