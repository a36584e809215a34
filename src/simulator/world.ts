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
import { createTemplateStore, type TemplateStore } from "./templates/store.ts";
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
  templates: TemplateStore;
  media: MediaShelf;
  /** Business accounts whose webhooks the app gets. */
  subscriptions: Set<string>;
  /** What of an account the app is told. */
  fields: string[];
  outbox: WebhookOutbox;
  pairLimiter: RateLimiter;
  throughputLimiter: RateLimiter;
}

/** What a service like ours has to be told (whatsapp.md 4). */
const ALL_FIELDS = [
  "messages",
  "message_template_status_update",
  "message_template_quality_update",
  "message_template_components_update",
  "template_category_update",
  "account_update",
  "account_review_update",
  "account_alerts",
  "phone_number_quality_update",
  "phone_number_name_update",
  "business_capability_update",
  "user_preferences",
  "user_id_update",
  "smb_message_echoes",
  "security",
];

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
    templates: createTemplateStore(deps.templates ?? []),
    media: createMediaShelf(),
    subscriptions: new Set(deps.numbers.map(({ wabaId }) => wabaId)),
    fields: [...ALL_FIELDS],
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
  world.templates.reset();
  world.fields.splice(0, Number.POSITIVE_INFINITY, ...ALL_FIELDS);
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
