/**
 * Reads Redis's nested replies, whose types no client knows. Whatever has another shape than
 * documented is left out rather than guessed.
 */

/** An entry as Redis returns it; `null` fields: it was deleted while it was pending. */
export interface RawEntry {
  readonly id: string;
  readonly fields: ReadonlyMap<string, Uint8Array> | null;
}

/** A row of XPENDING's long form. */
export interface PendingRow {
  readonly id: string;
  readonly owner: string;
  readonly idleMs: number;
  readonly tries: number;
}

export function listOf(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : [];
}

/** A bulk string, status or integer as text; empty when absent. */
export function textOf(reply: unknown): string {
  if (typeof reply === "string") return reply;
  if (reply instanceof Uint8Array) return Buffer.from(reply).toString("utf8");
  return typeof reply === "number" ? String(reply) : "";
}

/** An integer reply; `null` for nil and for what is no number. */
export function numberOf(reply: unknown): number | null {
  const text = textOf(reply);
  return text === "" || Number.isNaN(Number(text)) ? null : Number(text);
}

/** `[name, value, name, value]` as a map; Redis writes both entries and INFO-like replies so. */
export function pairsOf(reply: unknown): ReadonlyMap<string, unknown> {
  const flat = listOf(reply);
  const pairs = new Map<string, unknown>();
  for (let index = 0; index + 1 < flat.length; index += 2) {
    pairs.set(textOf(flat[index]), flat[index + 1]);
  }
  return pairs;
}

/** The entries of an XRANGE or XCLAIM reply, or of one stream in an XREADGROUP reply. */
export function entriesOf(reply: unknown): RawEntry[] {
  return listOf(reply).flatMap((row) => {
    const [id, flat] = listOf(row);
    if (id === undefined) return [];
    return [{ id: textOf(id), fields: Array.isArray(flat) ? bytesOf(flat) : null }];
  });
}

function bytesOf(flat: readonly unknown[]): ReadonlyMap<string, Uint8Array> {
  const fields = new Map<string, Uint8Array>();
  for (const [name, value] of pairsOf(flat)) {
    if (value instanceof Uint8Array) fields.set(name, value);
  }
  return fields;
}

/** `[[key, entries], …]` of XREAD and XREADGROUP; nothing when the wait ended empty. */
export function streamsOf(reply: unknown): { key: string; entries: RawEntry[] }[] {
  return listOf(reply).map((row) => {
    const [key, entries] = listOf(row);
    return { key: textOf(key), entries: entriesOf(entries) };
  });
}

/** The rows of XPENDING's long form. */
export function pendingRowsOf(reply: unknown): PendingRow[] {
  return listOf(reply).map((row) => {
    const [id, owner, idleMs, tries] = listOf(row);
    return {
      id: textOf(id),
      owner: textOf(owner),
      idleMs: numberOf(idleMs) ?? 0,
      tries: numberOf(tries) ?? 0,
    };
  });
}

/** Pending entries per consumer, from XPENDING's short form. */
export function ownersOf(reply: unknown): ReadonlyMap<string, number> {
  const [, , , owners] = listOf(reply);
  return new Map(
    listOf(owners).map((row) => {
      const [owner, pending] = listOf(row);
      return [textOf(owner), numberOf(pending) ?? 0];
    }),
  );
}
