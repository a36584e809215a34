import { newId } from "../../../src/lib/ids.ts";
import type {
  ControlData,
  ControlFrameType,
  EventFrame,
  ServerFrame,
} from "../../../src/realtime/protocol.ts";
import { message } from "./rows.ts";

const at = "2026-11-22T10:00:00.000Z";

/** A frame outside the log, as the server would send it. */
export function control<Type extends ControlFrameType>(
  type: Type,
  data: ControlData<Type>,
): ServerFrame {
  // The pair of type and data is checked by the signature; the union cannot be rebuilt from it.
  return { v: 1, type, id: null, at, data } as ServerFrame;
}

/** A live event about one message row. */
export function event(
  entityId: string,
  version: number,
  cursor: string,
  eventId: string = newId(),
): EventFrame {
  return {
    v: 1,
    type: "message.status",
    id: cursor,
    at,
    data: { eventId, entityId, version, row: message({ id: entityId, version }) },
  };
}
