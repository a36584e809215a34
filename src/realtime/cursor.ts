/** Where a reader of the live events stands: which life of the stream, and after which entry. */
export interface Position {
  readonly epoch: string;
  /** Redis stream id, `<ms>-<n>`. */
  readonly id: string;
}

/** `<epoch>:<stream id>`, or undefined for anything else. */
export function parseCursor(cursor: string): Position | undefined {
  const match = /^([0-9a-f]{16}):(\d{1,20}-\d{1,20})$/.exec(cursor);
  return match?.[1] && match[2] ? { epoch: match[1], id: match[2] } : undefined;
}

export function cursorOf({ epoch, id }: Position): string {
  return `${epoch}:${id}`;
}

/** Negative when `a` came first, 0 when they are the same entry. */
export function compareIds(a: string, b: string): number {
  const [aMs, aNo] = partsOf(a);
  const [bMs, bNo] = partsOf(b);
  return aMs - bMs || aNo - bNo;
}

/** Epoch milliseconds at which Redis took the entry. */
export function msOf(id: string): number {
  return partsOf(id)[0];
}

function partsOf(id: string): [ms: number, no: number] {
  const dash = id.indexOf("-");
  return [Number(id.slice(0, dash)), Number(id.slice(dash + 1))];
}
