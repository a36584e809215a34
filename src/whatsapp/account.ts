import { AppError, errorMessage } from "../lib/errors.ts";
import { isJsonObject, tryParseJson } from "../lib/json.ts";
import { graphError } from "./error-catalogue.ts";
import { elements, idOrNull, member, textOrNull } from "./fields.ts";
import { readCapped } from "./read-capped.ts";

/** A page of an account's numbers is far below this. */
const MAX_ANSWER_BYTES = 256 * 1024;
const DEADLINE_MS = 10_000;

/** What Meta says about a number; null where it says nothing. */
export interface NumberFacts {
  displayPhoneNumber: string | null;
  verifiedName: string | null;
  /** GREEN, YELLOW, RED or UNKNOWN. */
  quality: string | null;
  /** STANDARD, HIGH … */
  throughput: string | null;
}

/** Reading and subscribing one WhatsApp Business account, with the token that is to be kept. */
export interface GraphAccount {
  readNumber(accessToken: string, phoneNumberId: string): Promise<NumberFacts>;
  /** The ids of the account's numbers, its first hundred. */
  numberIds(accessToken: string, wabaId: string): Promise<string[]>;
  /** The business portfolio that owns the account; null where the token may not see it. */
  portfolioId(accessToken: string, wabaId: string): Promise<string | null>;
  isSubscribed(accessToken: string, wabaId: string): Promise<boolean>;
  /** Makes Meta send the account's webhooks to the token's app. */
  subscribe(accessToken: string, wabaId: string): Promise<void>;
}

/**
 * Each call fails with `invalid_input` in words for whoever entered the token or the id, and with
 * `whatsapp_unavailable` when Meta does not answer in time or has a fault of its own.
 */
export function createGraphAccount(settings: { graphUrl: string; version: string }): GraphAccount {
  const ask = (accessToken: string, path: string, method: "GET" | "POST" = "GET") =>
    call(`${settings.graphUrl}/${settings.version}/${path}`, accessToken, method);
  const id = encodeURIComponent;
  return {
    readNumber: async (accessToken, phoneNumberId) => {
      const fields = "display_phone_number,verified_name,quality_rating,throughput";
      const found = await ask(accessToken, `${id(phoneNumberId)}?fields=${fields}`);
      return {
        displayPhoneNumber: textOrNull(member(found, "display_phone_number")),
        verifiedName: textOrNull(member(found, "verified_name")),
        quality: textOrNull(member(found, "quality_rating")),
        throughput: textOrNull(member(member(found, "throughput"), "level")),
      };
    },
    numberIds: async (accessToken, wabaId) => {
      const found = await ask(accessToken, `${id(wabaId)}/phone_numbers?fields=id&limit=100`);
      return elements(member(found, "data")).flatMap((one) => idOrNull(member(one, "id")) ?? []);
    },
    portfolioId: async (accessToken, wabaId) => {
      const found = await ask(accessToken, `${id(wabaId)}?fields=owner_business_info`);
      return idOrNull(member(member(found, "owner_business_info"), "id"));
    },
    isSubscribed: async (accessToken, wabaId) => {
      const found = await ask(accessToken, `${id(wabaId)}/subscribed_apps`);
      return elements(member(found, "data")).length > 0;
    },
    subscribe: async (accessToken, wabaId) => {
      await ask(accessToken, `${id(wabaId)}/subscribed_apps`, "POST");
    },
  };
}

async function call(url: string, accessToken: string, method: string): Promise<unknown> {
  let answer: { status: number; json: unknown };
  try {
    const headers = { authorization: `Bearer ${accessToken}` };
    const signal = AbortSignal.timeout(DEADLINE_MS);
    // Redirects are not followed: the token must not travel to another host.
    const response = await fetch(url, { method, redirect: "manual", headers, signal });
    const bytes = await readCapped(response.body, MAX_ANSWER_BYTES);
    const json = bytes === null ? undefined : tryParseJson(new TextDecoder().decode(bytes));
    answer = { status: response.status, json };
  } catch (error) {
    throw unavailable(errorMessage(error), error);
  }
  const error = member(answer.json, "error");
  const code = member(error, "code");
  if (isJsonObject(error) && typeof code === "number") throw refusalOf(code);
  if (answer.status < 200 || answer.status >= 300) throw unavailable(`HTTP ${answer.status}`);
  return answer.json;
}

/** Graph's own codes for tokens, permissions and ids; whatever else it says is its fault for now. */
function refusalOf(code: number): AppError {
  const details = { graphCode: code };
  if (code === 190 || code === 0 || code === 102) {
    const problem = "The access token is not valid (any more). Make a new one in Meta's settings.";
    return new AppError("invalid_input", `accessToken: ${problem}`, details);
  }
  if (code === 10 || code === 3 || (code >= 200 && code <= 299)) {
    const problem =
      "The access token may not do this. It needs whatsapp_business_management and whatsapp_business_messaging for this account.";
    return new AppError("invalid_input", `accessToken: ${problem}`, details);
  }
  if (code === 100 || code === 33) {
    return new AppError(
      "invalid_input",
      "Meta knows no such id, or the token may not see it. Check phoneNumberId and wabaId.",
      details,
    );
  }
  return unavailable(`Graph error ${code}: ${graphError(code).title}`);
}

function unavailable(why: string, cause?: unknown): AppError {
  return new AppError("whatsapp_unavailable", "Meta did not answer as it should.", { why }, cause);
}
