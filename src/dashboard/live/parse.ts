import { isJsonObject, tryParseJson } from "../../lib/json.ts";
import type { ServerFrame } from "../../realtime/protocol.ts";

/** The frame in a socket's message; undefined for what is none. */
export function parseServerFrame(message: unknown): ServerFrame | undefined {
  const value = typeof message === "string" ? tryParseJson(message) : undefined;
  return isFrame(value) ? value : undefined;
}

/** Only the envelope is looked at: the server is our own and checks what it sends by its schemas. */
function isFrame(value: unknown): value is ServerFrame {
  return (
    isJsonObject(value) &&
    value["v"] === 1 &&
    typeof value["type"] === "string" &&
    isJsonObject(value["data"])
  );
}
