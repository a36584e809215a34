import { AppError, errorCode, errorMessage } from "../lib/errors.ts";
import { isJsonObject, tryParseJson } from "../lib/json.ts";
import { graphError } from "./error-catalogue.ts";
import { member, textOrNull } from "./fields.ts";
import { readCapped } from "./read-capped.ts";

/** 250 templates, the most that one answer holds here, have far less. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** Longest that words of Meta's are passed on. */
const MAX_WORDS = 300;

/** Graph's codes for a token that is no good, whatever is asked with it. */
const TOKEN_CODES = new Set([0, 102, 104, 190, 401]);
/** Graph's codes for an id that is not there, or that the token may not see: it does not say which. */
const ID_CODES = new Set([33, 100]);

/** What Meta refused: `details.refused` of an `invalid_input` that this client fails with. */
export type Refused = "token" | "permission" | "id" | "account";

export interface Question {
  url: string;
  method: "GET" | "POST" | "DELETE";
  accessToken: string;
  /** The field that whoever asks has entered wrongly if Meta knows no such id. */
  about: string;
  deadlineMs: number;
  body?: object;
  /** In place of a body: the bytes of an upload, from the first on. */
  file?: Uint8Array<ArrayBuffer>;
  /** Not to be asked a second time: Meta may have done it though the answer is missing. */
  once?: boolean;
  /** A refusal that only this question knows, in words; undefined: it is one like any other. */
  refuse?: (error: GraphRefusal) => AppError | undefined;
}

/** What Meta says of a question it refuses. */
export interface GraphRefusal {
  code: number;
  subcode: number | null;
  /** Its words for whoever asked; null where it says none. */
  userMessage: string | null;
}

/**
 * Asks the Graph API about numbers, accounts and templates; answers its JSON. What may be done twice gets
 * one more try after a passing fault, within the deadline. Fails with `invalid_input` in words for whoever
 * entered what was asked about, and with `whatsapp_unavailable`.
 */
export async function callGraph(question: Question): Promise<unknown> {
  const signal = AbortSignal.timeout(question.deadlineMs);
  try {
    return await callOnce(question, signal);
  } catch (error) {
    if (question.once || !isPassing(error) || signal.aborted) throw error;
    return await callOnce(question, signal);
  }
}

async function callOnce(
  { about, refuse, ...question }: Question,
  signal: AbortSignal,
): Promise<unknown> {
  const { status, json } = await answerTo(question, signal);
  const error = member(json, "error");
  const code = member(error, "code");
  if (typeof code === "number") throw refuse?.(refusalIn(error, code)) ?? refusalOf(code, about);
  if (status === 401 || status === 403 || status === 429) throw refusalOf(status, about);
  if (status < 200 || status >= 300) throw unavailable(`HTTP ${status}`);
  if (!isJsonObject(json)) throw unavailable(`HTTP ${status} without JSON`);
  return json;
}

function refusalIn(error: unknown, code: number): GraphRefusal {
  const subcode = member(error, "error_subcode");
  const userMessage = textOrNull(member(error, "error_user_msg"))?.slice(0, MAX_WORDS) ?? null;
  return { code, subcode: typeof subcode === "number" ? subcode : null, userMessage };
}

async function answerTo(
  { url, method, accessToken, body, file }: Omit<Question, "about" | "refuse">,
  signal: AbortSignal,
): Promise<{ status: number; json: unknown }> {
  try {
    const headers = {
      // Uploads know the older name of the same thing only.
      authorization: `${file ? "OAuth" : "Bearer"} ${accessToken}`,
      ...(body && { "content-type": "application/json" }),
      ...(file && { "content-type": "application/octet-stream", file_offset: "0" }),
    };
    // Redirects are not followed: the token must not travel to another host.
    const response = await fetch(url, {
      method,
      redirect: "manual",
      headers,
      signal,
      ...(body && { body: JSON.stringify(body) }),
      ...(file && { body: file }),
    });
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
export function refusalOf(code: number, about: string): AppError {
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

export function refused(
  what: Refused,
  words: string,
  details: { graphCode?: number } = {},
): AppError {
  return new AppError("invalid_input", words, { ...details, refused: what });
}

function unavailable(why: string, details: { graphCode?: number } = {}): AppError {
  return new AppError("whatsapp_unavailable", `Meta did not answer as it should: ${why}.`, {
    ...details,
    why,
  });
}
