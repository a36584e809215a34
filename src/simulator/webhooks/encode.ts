const NON_ASCII = /[\u0080-\uffff]/g;

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/**
 * JSON as Meta puts it on the wire: `\/` and lower-case `\uXXXX`. A receiver that verifies the
 * signature over JSON it has serialised again fails on these bytes, as it would in production.
 */
export function encodeLikeMeta(payload: unknown): Uint8Array<ArrayBuffer> {
  const json = JSON.stringify(payload).replaceAll("/", "\\/").replace(NON_ASCII, escapeUnit);
  return new TextEncoder().encode(json);
}
