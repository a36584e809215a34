import { messageOf } from "./errors.ts";

/**
 * What a server says when it does not do what it was asked, and what follows. Two things are the same
 * for all: a producer's command rejects and is never sent again by us, so the webhook answers 503, a
 * settlement is repeated by its owner and a wake-up is rebuilt by the sweep; a reader pauses and asks
 * again. What differs is data.
 */
interface Refusal {
  /** The first words of the error. The first row that fits counts. */
  readonly says: string;
  readonly means: string;
  /** `replace`: this is not, or no longer, the master. Close and look for the master again. */
  readonly connection: "keep" | "replace";
  /** `remake`: streams or groups are gone. Make them again; the owner sweeps. */
  readonly groups: "keep" | "remake";
}

const refusals: readonly Refusal[] = [
  row("READONLY", "a master that was demoted", "replace"),
  row("MASTERDOWN", "a replica that has lost its master", "replace"),
  row("LOADING", "a server that reads its data from disk", "replace"),
  row("MOVED", "another master owns the slot now", "replace"),
  row("CLUSTERDOWN", "the slot has no master, or this one has lost the majority", "replace"),
  row("UNBLOCKED force", "this server was demoted during a blocking read", "replace"),
  row("UNBLOCKED", "the stream was deleted during a blocking read", "keep", "remake"),
  row(
    "NOGROUP",
    "the group, or its stream, was deleted or never reached this master",
    "keep",
    "remake",
  ),
  row("ASK", "the slot is moving to another master; this key has gone ahead", "keep"),
  row("TRYAGAIN", "the slot is moving; the keys of this command are in two places", "keep"),
  row("OOM", "maxmemory is reached", "keep"),
  row("NOREPLICAS", "fewer replicas follow than min-replicas-to-write asks for", "keep"),
  row("MISCONF", "the disk takes no more", "keep"),
];

function row(
  says: string,
  means: string,
  connection: Refusal["connection"],
  groups: Refusal["groups"] = "keep",
): Refusal {
  return { says, means, connection, groups };
}

function refusalOf(error: unknown): Refusal | undefined {
  const message = messageOf(error);
  return refusals.find(({ says }) => message.startsWith(says));
}

/** What a server's refusal means, in words; `undefined` when nobody has met it yet. */
export function meaningOf(error: unknown): string | undefined {
  return refusalOf(error)?.means;
}

/** Whether the connection leads to a server that cannot be the master now. */
export function isWrongServer(error: unknown): boolean {
  return refusalOf(error)?.connection === "replace";
}

/** Whether streams or their groups are gone. */
export function isStreamLost(error: unknown): boolean {
  return refusalOf(error)?.groups === "remake";
}
