import { closeClient, openReader, type Place, type Producer } from "./connection.ts";
import { messageOf } from "./errors.ts";

/** Asked this often whether the subscription still hears; a half-open socket is torn down by it. */
const PING_EVERY_MS = 5_000;

/** Tells every process something that is never stored: at most once, to those who listen now. */
export interface Relay {
  /** Never rejects and never waits: what Redis does not take is dropped. */
  send(text: string): void;
  stop(): void;
}

/**
 * Opens the relay of an installation. `onText` hears everything sent, also by this process; it must
 * not throw. It listens again by itself after Redis was away.
 */
export function openRelay(options: Place & { redis: Producer; onText(text: string): void }): Relay {
  const { redis, keyspace, log } = options;
  const channel = `${keyspace.prefix}:relay`;
  // A cluster tells all its nodes, so any one of them will do.
  const subscriber = openReader(options, 0);
  subscriber.on("message", (_channel: string, text: string) => options.onText(text));
  const failed = (error: unknown) => log.debug({ error: messageOf(error) }, "relay failed");
  subscriber.subscribe(channel).catch(failed);
  const pinging = setInterval(() => {
    if (subscriber.status === "ready") subscriber.ping().catch(failed);
  }, PING_EVERY_MS);
  return {
    send: (text) => void redis.of(0).publish(channel, text).catch(failed),
    stop: () => {
      clearInterval(pinging);
      closeClient(subscriber);
    },
  };
}
