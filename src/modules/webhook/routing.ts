import type { Append } from "../../../streams/publish.ts";
import { ITEM_VERSION, type Item } from "../../whatsapp/payload.ts";
import type { RoutedItem, RoutingKey } from "../../whatsapp/webhook.ts";

/** Whose Meta app signs for a number: the installation's, or the organization's own. */
export type AppOwner = "platform" | "own";

export interface WebhookNumber {
  organizationId: string;
  integrationId: string;
  app: AppOwner;
}

export interface WebhookAccount {
  organizationId: string;
  app: AppOwner;
}

/** An organization's own Meta app, found by the key in the path. Secrets newest first. */
export interface WebhookApp {
  organizationId: string;
  appSecrets: readonly string[];
  verifyTokens: readonly string[];
}

/** What the webhook must know to route; answered from memory, at once. */
export interface WebhookRoutes {
  byPhoneNumberId(phoneNumberId: string): WebhookNumber | undefined;
  /** Every organization that has a number of the account connected, once for each app. */
  byWabaId(wabaId: string): readonly WebhookAccount[];
  byKey(key: string): WebhookApp | undefined;
}

/** Whose secret verified a body: it may only speak for numbers of the same owner. */
export type Signer = { app: "platform" } | { app: "own"; organizationId: string };

export interface Arrival {
  signer: Signer;
  /** ISO 8601, wall clock. */
  receivedAt: string;
  requestId: string;
}

type Owner = { organizationId: string | null; integrationId: string | null };

/**
 * The stream entries of one item: one, or one for each organization when it is about an account that
 * several share; none when its number is not the signer's to speak for.
 */
export function routeItem(
  routes: WebhookRoutes,
  arrival: Arrival,
  { key, item }: RoutedItem,
): Append[] {
  const owners = ownersOf(routes, arrival.signer, key);
  // What somebody said, and nobody can tell to which of them, is none of theirs to read.
  if (owners.length > 1 && item.kind !== "notice") return [unroutedNotice(arrival, item)];
  return owners.map((owner) => entryOf(arrival, owner, item));
}

/** A notice of what belongs to nobody in particular: of the signer's organization, if it has one. */
export function unroutedNotice(arrival: Arrival, item: Item): Append {
  return entryOf(arrival, signersOwn(arrival.signer), item);
}

function ownersOf(routes: WebhookRoutes, signer: Signer, key: RoutingKey): Owner[] {
  if (key === null) return [signersOwn(signer)];
  if ("phoneNumberId" in key) {
    const number = routes.byPhoneNumberId(key.phoneNumberId);
    return number && speaksFor(signer, number) ? [number] : [];
  }
  return routes
    .byWabaId(key.wabaId)
    .filter((account) => speaksFor(signer, account))
    .map(({ organizationId }) => ({ organizationId, integrationId: null }));
}

function speaksFor(signer: Signer, { app, organizationId }: WebhookAccount): boolean {
  if (signer.app === "platform") return app === "platform";
  return app === "own" && organizationId === signer.organizationId;
}

function signersOwn(signer: Signer): Owner {
  return {
    organizationId: signer.app === "own" ? signer.organizationId : null,
    integrationId: null,
  };
}

/** Without a number there is nobody to answer: such a message is kept as a notice. */
function entryOf(
  { receivedAt, requestId }: Arrival,
  { organizationId, integrationId }: Owner,
  item: Item,
): Append {
  const common = { v: 1, receivedAt, requestId } as const;
  if (item.kind === "notice") {
    return { stream: "notices", entry: { ...common, organizationId, integrationId, item } };
  }
  if (organizationId === null || integrationId === null) {
    const { raw, altered } = item;
    const notice = { v: ITEM_VERSION, kind: "notice", field: "unreadable", raw, altered };
    return { stream: "notices", entry: { ...common, organizationId, integrationId, item: notice } };
  }
  const stream = item.kind === "receipt" ? "receipts" : "inbound";
  return { stream, entry: { ...common, organizationId, integrationId, item } };
}
