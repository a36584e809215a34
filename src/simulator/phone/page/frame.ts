import type { PhoneFrame } from "../contract.ts";

/** Holds because `parseFrame` has checked the fields that the reducer reads before anything else. */
function checkedFrame(value: object): PhoneFrame {
  return value as PhoneFrame;
}

function hasString(value: object, key: string): boolean {
  return key in value && typeof Reflect.get(value, key) === "string";
}

function isKnownFrame(frame: object): boolean {
  if (!("type" in frame)) return false;
  switch (frame.type) {
    case "message": {
      const message: unknown = Reflect.get(frame, "message");
      return typeof message === "object" && message !== null && hasString(message, "wamid");
    }
    case "ticks":
      return hasString(frame, "wamid") && hasString(frame, "ticks");
    case "typing":
      return Number.isFinite(Reflect.get(frame, "forMs"));
    case "clock":
      return hasString(frame, "now");
    default:
      return false;
  }
}

/** A frame from the server, or undefined for anything this page does not know (a newer server may say more). */
export function parseFrame(data: unknown): PhoneFrame | undefined {
  if (typeof data !== "string") return undefined;
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value !== "object" || value === null || !isKnownFrame(value)) return undefined;
    return checkedFrame(value);
  } catch {
    return undefined;
  }
}
