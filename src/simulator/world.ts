import {
  defaultSettings,
  type Identity,
  type SimulatorDeps,
  type SimulatorSettings,
} from "./deps.ts";
import { createFaultBoard, type FaultBoard, type FaultSubject } from "./faults.ts";
import { createLedger, type Ledger } from "./graph/ledger.ts";
import { createPairLimiter, createThroughputLimiter, type RateLimiter } from "./graph/limits.ts";
import { createMediaShelf, type MediaShelf } from "./graph/media-shelf.ts";
import { createTokens, type Tokens } from "./graph/tokens.ts";
import { createLifetime, type Lifetime } from "./lifetime.ts";
import { createPeople, type People, type Person } from "./people.ts";
import { type Chats, createChats } from "./phone/chats.ts";
import { createWebhookOutbox, type WebhookOutbox } from "./webhooks/outbox.ts";
import { createWebhookSender } from "./webhooks/sender.ts";

/** Everything the simulator remembers, in memory only and bounded. */
export interface World {
  deps: SimulatorDeps;
  settings: SimulatorSettings;
  lifetime: Lifetime;
  faults: FaultBoard;
  people: People;
  chats: Chats;
  ledger: Ledger;
  tokens: Tokens;
  media: MediaShelf;
  /** Business accounts whose webhooks the app gets. */
  subscriptions: Set<string>;
  outbox: WebhookOutbox;
  pairLimiter: RateLimiter;
  throughputLimiter: RateLimiter;
}

export function createWorld(deps: SimulatorDeps): World {
  const settings = { ...defaultSettings, ...deps.settings };
  const lifetime = createLifetime(deps.log);
  const faults = createFaultBoard();
  const sender = createWebhookSender(deps.log, settings.webhookRetryDelayMs);
  return {
    deps,
    settings,
    lifetime,
    faults,
    people: createPeople(deps.numbers[0].portfolioId),
    chats: createChats(),
    ledger: createLedger(),
    tokens: createTokens(deps.numbers),
    media: createMediaShelf(),
    subscriptions: new Set(deps.numbers.map(({ wabaId }) => wabaId)),
    outbox: createWebhookOutbox(faults, sender, lifetime),
    pairLimiter: createPairLimiter(),
    throughputLimiter: createThroughputLimiter(settings.messagesPerSecond),
  };
}

/** Forgets everything but the clock, and ends what was under way. */
export function resetWorld(world: World): void {
  world.outbox.reset();
  world.lifetime.reset();
  world.faults.remove({});
  world.people.reset();
  world.chats.reset();
  world.ledger.reset();
  world.tokens.reset();
  world.media.reset();
  for (const { wabaId } of world.deps.numbers) world.subscriptions.add(wabaId);
  world.pairLimiter.reset();
  world.throughputLimiter.reset();
}

/** A person under every name a fault may be narrowed to. */
export function subjectOf(person: Person, identity: Identity, people: People): FaultSubject {
  return {
    to: [person.id, person.phone, person.bsuid, people.bsuidIn(person, identity.portfolioId)],
  };
}

/** Whole seconds of business time, as Meta writes timestamps. */
export function unixSeconds(at: Date): string {
  return String(Math.floor(at.getTime() / 1_000));
}
