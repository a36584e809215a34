import { AppError } from "../lib/errors.ts";
import { elements, idOrNull, member, textOrNull } from "./fields.ts";
import { callGraph, refusalOf, refused } from "./graph-call.ts";

/** An account has at most a few dozen numbers; a list without an end is not Meta's. */
const MAX_PAGES = 10;

/** What people read of what Meta says is wrong. */
const MAX_OBSTACLES = 5;
const MAX_OBSTACLE_CHARS = 300;

/** 2100: beyond it is no date of Meta's, and far beyond it none of JavaScript's. */
const LAST_SECOND = 4_102_444_800;

/** What Meta says about a number; null where it says nothing. */
export interface NumberFacts {
  displayPhoneNumber: string;
  verifiedName: string | null;
  /** GREEN, YELLOW, RED or UNKNOWN. */
  quality: string | null;
  /** STANDARD, HIGH … */
  throughput: string | null;
  /** AVAILABLE, LIMITED or BLOCKED, over number, account, portfolio and app. */
  canSend: string | null;
  /** Why it is not AVAILABLE, in Meta's words. */
  sendObstacles: string[];
}

/** What Meta says about a token. */
export interface TokenFacts {
  /** The Meta app that it was made for. */
  appId: string | null;
  /** Null: Meta does not tell. */
  scopes: string[] | null;
  /** ISO 8601; null: never, or Meta does not tell. */
  expiresAt: string | null;
}

/** What a Meta app is subscribed to of WhatsApp. */
export interface AppWebhooks {
  callbackUrl: string;
  fields: string[];
}

/** Reading and subscribing one WhatsApp Business account, with the token that is to be kept. */
export interface GraphAccount {
  readNumber(accessToken: string, phoneNumberId: string): Promise<NumberFacts>;
  readToken(accessToken: string): Promise<TokenFacts>;
  /** The ids of the account's numbers. */
  numberIds(accessToken: string, wabaId: string): Promise<string[]>;
  /** The business portfolio that owns the account; null where the token may not see it. */
  portfolioId(accessToken: string, wabaId: string): Promise<string | null>;
  /** The apps that get the account's webhooks. */
  subscribedAppIds(accessToken: string, wabaId: string): Promise<string[]>;
  /**
   * Where Meta sends the app's webhooks, and of which fields; null: nowhere. Asked with the app's own
   * secret, so that a wrong one is refused.
   */
  webhooks(appId: string, appSecret: string): Promise<AppWebhooks | null>;
  /** Makes Meta send the account's webhooks to the token's app. */
  subscribe(accessToken: string, wabaId: string): Promise<void>;
}

export interface GraphAccountSettings {
  /** Without version and trailing slash: `https://graph.facebook.com`. */
  graphUrl: string;
  version: string;
  /** Of each question, its second try included. */
  deadlineMs: number;
}

/**
 * Each call fails with `invalid_input` in words for whoever entered the token or the id, and with
 * `whatsapp_unavailable` when Meta does not answer in time or has a fault of its own. Neither ever
 * holds Meta's words or the address asked: the token is in one of them.
 */
export function createGraphAccount(settings: GraphAccountSettings): GraphAccount {
  const { deadlineMs } = settings;
  const base = `${settings.graphUrl}/${settings.version}`;
  const ask = (accessToken: string, path: string, about: string) =>
    callGraph({ url: `${base}/${path}`, method: "GET", accessToken, about, deadlineMs });
  const id = encodeURIComponent;
  return {
    readNumber: async (accessToken, phoneNumberId) => {
      const fields = "display_phone_number,verified_name,quality_rating,throughput,health_status";
      const path = `${id(phoneNumberId)}?fields=${fields}`;
      return numberFacts(await ask(accessToken, path, "phoneNumberId"));
    },
    readToken: async (accessToken) => {
      const path = `debug_token?input_token=${id(accessToken)}`;
      return await unlessForbidden(
        async () => tokenFacts(await ask(accessToken, path, "accessToken")),
        { appId: null, scopes: null, expiresAt: null },
      );
    },
    numberIds: (accessToken, wabaId) =>
      allIds((after) =>
        ask(accessToken, `${id(wabaId)}/phone_numbers?fields=id&limit=100${after}`, "wabaId"),
      ),
    portfolioId: async (accessToken, wabaId) =>
      await unlessForbidden(async () => {
        const found = await ask(accessToken, `${id(wabaId)}?fields=owner_business_info`, "wabaId");
        return idOrNull(member(member(found, "owner_business_info"), "id"));
      }, null),
    subscribedAppIds: async (accessToken, wabaId) => {
      const found = await ask(accessToken, `${id(wabaId)}/subscribed_apps`, "wabaId");
      return elements(member(found, "data")).flatMap(
        (one) => idOrNull(member(member(one, "whatsapp_business_api_data"), "id")) ?? [],
      );
    },
    webhooks: async (appId, appSecret) => {
      const found = await ask(`${appId}|${appSecret}`, `${id(appId)}/subscriptions`, "appSecret");
      return appWebhooks(found);
    },
    subscribe: async (accessToken, wabaId) => {
      const url = `${base}/${id(wabaId)}/subscribed_apps`;
      await callGraph({ url, method: "POST", accessToken, about: "wabaId", deadlineMs });
    },
  };
}

function appWebhooks(found: unknown): AppWebhooks | null {
  const subscription = elements(member(found, "data")).find(
    (one) =>
      member(one, "object") === "whatsapp_business_account" && member(one, "active") !== false,
  );
  const callbackUrl = textOrNull(member(subscription, "callback_url"));
  if (callbackUrl === null) return null;
  const fields = elements(member(subscription, "fields"));
  return { callbackUrl, fields: fields.flatMap((field) => idOrNull(member(field, "name")) ?? []) };
}

function numberFacts(found: unknown): NumberFacts {
  const displayPhoneNumber = textOrNull(member(found, "display_phone_number"));
  if (displayPhoneNumber === null) throw refused("id", "phoneNumberId: this is no number's id.");
  return {
    displayPhoneNumber,
    verifiedName: textOrNull(member(found, "verified_name")),
    quality: textOrNull(member(found, "quality_rating")),
    throughput: textOrNull(member(member(found, "throughput"), "level")),
    canSend: textOrNull(member(member(found, "health_status"), "can_send_message")),
    sendObstacles: sendObstacles(member(found, "health_status")),
  };
}

/** Meta tells of each entity on its own: `can_send_message` above them is the worst of theirs. */
function sendObstacles(health: unknown): string[] {
  return elements(member(health, "entities"))
    .flatMap((entity) => elements(member(entity, "errors")))
    .flatMap((error) => {
      const words = [member(error, "error_description"), member(error, "possible_solution")];
      const said = words.flatMap((one) => textOrNull(one) ?? []).join(" ");
      return said === "" ? [] : [said.slice(0, MAX_OBSTACLE_CHARS)];
    })
    .slice(0, MAX_OBSTACLES);
}

function tokenFacts(found: unknown): TokenFacts {
  const data = member(found, "data");
  if (member(data, "is_valid") === false) throw refusalOf(190, "accessToken");
  const seconds = member(data, "expires_at");
  const scopes = member(data, "scopes");
  return {
    appId: idOrNull(member(data, "app_id")),
    scopes: Array.isArray(scopes) ? scopes.filter((one) => typeof one === "string") : null,
    // Zero: it never expires.
    expiresAt:
      typeof seconds === "number" && seconds > 0 && seconds < LAST_SECOND
        ? new Date(seconds * 1_000).toISOString()
        : null,
  };
}

/** Follows the list to its end. */
async function allIds(page: (after: string) => Promise<unknown>): Promise<string[]> {
  const ids: string[] = [];
  let after = "";
  for (let no = 0; no < MAX_PAGES; no += 1) {
    const found = await page(after);
    ids.push(
      ...elements(member(found, "data")).flatMap((one) => idOrNull(member(one, "id")) ?? []),
    );
    const paging = member(found, "paging");
    const cursor = idOrNull(member(member(paging, "cursors"), "after"));
    if (cursor === null || member(paging, "next") === undefined) return ids;
    after = `&after=${encodeURIComponent(cursor)}`;
  }
  return ids;
}

/** Some things the token need not be allowed to see. A token that is no good at all still fails. */
async function unlessForbidden<T>(ask: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const kind = error instanceof AppError ? error.details["refused"] : undefined;
    if (kind === "permission" || kind === "id") return otherwise;
    throw error;
  }
}
