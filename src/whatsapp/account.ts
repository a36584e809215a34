import { AppError, errorCode, errorMessage } from "../lib/errors.ts";
import { isJsonObject, tryParseJson } from "../lib/json.ts";
import { graphError } from "./error-catalogue.ts";
import { elements, idOrNull, member, textOrNull } from "./fields.ts";
import { readCapped } from "./read-capped.ts";

/** A page of an account's numbers is far below this. */
const MAX_ANSWER_BYTES = 256 * 1024;

/** An account has at most a few dozen numbers; a list without an end is not Meta's. */
const MAX_PAGES = 10;

/** 2100: beyond it is no date of Meta's, and far beyond it none of JavaScript's. */
const LAST_SECOND = 4_102_444_800;

/** Graph's codes for a token that is no good, whatever is asked with it. */
const TOKEN_CODES = new Set([0, 102, 104, 190, 401]);
/** Graph's codes for an id that is not there, or that the token may not see: it does not say which. */
const ID_CODES = new Set([33, 100]);

/** What Meta says about a number; null where it says nothing. */
export interface NumberFacts {
  displayPhoneNumber: string;
  verifiedName: string | null;
  /** GREEN, YELLOW, RED or UNKNOWN. */
  quality: string | null;
  /** STANDARD, HIGH … */
  throughput: string | null;
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
  /** Makes Meta send the account's webhooks to the token's app. */
  subscribe(accessToken: string, wabaId: string): Promise<void>;
}

/** What Meta refused: `details.refused` of an `invalid_input` that this client fails with. */
export type Refused = "token" | "permission" | "id" | "account";

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
    call({ url: `${base}/${path}`, method: "GET", accessToken, about, deadlineMs });
  const id = encodeURIComponent;
  return {
    readNumber: async (accessToken, phoneNumberId) => {
      const fields = "display_phone_number,verified_name,quality_rating,throughput";
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
    subscribe: async (accessToken, wabaId) => {
      const url = `${base}/${id(wabaId)}/subscribed_apps`;
      await call({ url, method: "POST", accessToken, about: "wabaId", deadlineMs });
    },
  };
}

function numberFacts(found: unknown): NumberFacts {
  const displayPhoneNumber = textOrNull(member(found, "display_phone_number"));
  if (displayPhoneNumber === null) throw refused("id", "phoneNumberId: this is no number's id.");
  return {
    displayPhoneNumber,
    verifiedName: textOrNull(member(found, "verified_name")),
    quality: textOrNull(member(found, "quality_rating")),
    throughput: textOrNull(member(member(found, "throughput"), "level")),
  };
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

interface Question {
  url: string;
  method: "GET" | "POST";
  accessToken: string;
  /** The field that whoever asks has entered wrongly if Meta knows no such id. */
  about: string;
  deadlineMs: number;
}

/** Everything here may be done twice, so a passing fault gets one more try within the deadline. */
async function call(question: Question): Promise<unknown> {
  const signal = AbortSignal.timeout(question.deadlineMs);
  try {
    return await callOnce(question, signal);
  } catch (error) {
    if (!isPassing(error) || signal.aborted) throw error;
    return await callOnce(question, signal);
  }
}

async function callOnce({ about, ...question }: Question, signal: AbortSignal): Promise<unknown> {
  const { status, json } = await answerTo(question, signal);
  const code = member(member(json, "error"), "code");
  if (typeof code === "number") throw refusalOf(code, about);
  if (status === 401 || status === 403 || status === 429) throw refusalOf(status, about);
  if (status < 200 || status >= 300) throw unavailable(`HTTP ${status}`);
  if (!isJsonObject(json)) throw unavailable(`HTTP ${status} without JSON`);
  return json;
}

async function answerTo(
  { url, method, accessToken }: Omit<Question, "about" | "deadlineMs">,
  signal: AbortSignal,
): Promise<{ status: number; json: unknown }> {
  try {
    const headers = { authorization: `Bearer ${accessToken}` };
    // Redirects are not followed: the token must not travel to another host.
    const response = await fetch(url, { method, redirect: "manual", headers, signal });
    const bytes = await readCapped(response.body, MAX_ANSWER_BYTES);
    const json = bytes === null ? undefined : tryParseJson(new TextDecoder().decode(bytes));
    return { status: response.status, json };
  } catch (error) {
    // Bun's error holds the address, and the address may hold the token: only its words are kept.
    const failure = error instanceof Error && "code" in error ? error.code : undefined;
    throw unavailable(typeof failure === "string" ? failure : errorMessage(error));
  }
}

function isPassing(error: unknown): boolean {
  if (errorCode(error) !== "whatsapp_unavailable") return false;
  const code = error instanceof AppError ? error.details["graphCode"] : undefined;
  return typeof code !== "number" || graphError(code).class === "unknown";
}

/** A code of Graph's, or an HTTP status that stands for one, as whoever asked can use it. */
function refusalOf(code: number, about: string): AppError {
  const { class: kind, title, action } = graphError(code);
  const details = { graphCode: code };
  if (TOKEN_CODES.has(code)) {
    const words =
      "accessToken: Meta does not take it (any more). Make a new one for a system user.";
    return refused("token", words, details);
  }
  if (ID_CODES.has(code)) {
    const words = `${about}: Meta knows no such id, or the token may not see it. Compare it with WhatsApp Manager.`;
    return refused("id", words, details);
  }
  if (kind === "auth") {
    const words =
      "accessToken: it may not do this. Give its system user the account, and the token whatsapp_business_management and whatsapp_business_messaging.";
    return refused("permission", words, details);
  }
  if (kind === "account") return refused("account", `Meta: ${title}. ${action}`, details);
  return unavailable(`Graph error ${code}: ${title}`, details);
}

function refused(what: Refused, words: string, details: { graphCode?: number } = {}): AppError {
  return new AppError("invalid_input", words, { ...details, refused: what });
}

function unavailable(why: string, details: { graphCode?: number } = {}): AppError {
  return new AppError("whatsapp_unavailable", `Meta did not answer as it should: ${why}.`, {
    ...details,
    why,
  });
}
