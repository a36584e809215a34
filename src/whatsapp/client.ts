import { withinTime } from "../lib/deadline.ts";
import { errorMessage } from "../lib/errors.ts";
import { graphError } from "./error-catalogue.ts";
import {
  type GraphAnswer,
  readSendAnswer,
  readUploadAnswer,
  type SendResult,
  type UploadAnswer,
} from "./graph-answer.ts";
import { graphMessage, type OutboundMessage } from "./message.ts";
import { readCapped } from "./read-capped.ts";

export type { SendResult, UploadAnswer } from "./graph-answer.ts";

/** Meta's answers are under 2 KiB; an unbounded body would be somebody else's. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** A read mark is worth nothing later: the answer itself follows within seconds. */
const MARK_READ_DEADLINE_MS = 5_000;

/**
 * Failures before a connection stood, so that no byte of the request can have left. Certificate
 * failures count: Bun checks before it writes. Everything else may have been received.
 */
const NEVER_CONNECTED = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_HAS_EXPIRED",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** Graph's own code for a request it cannot take. */
const INVALID_PARAMETER = 100;

export interface GraphClientSettings {
  /** Without version and trailing slash: `https://graph.facebook.com`. */
  graphUrl: string;
  version: string;
}

interface NumberAccess {
  phoneNumberId: string;
  accessToken: string;
}

export interface SendRequest extends NumberAccess {
  message: OutboundMessage;
  /** Comes back with each status: message id and attempt. At most 512 characters. */
  callbackData: string;
  /** From the call to the last byte of the answer. */
  deadlineMs: number;
  signal: AbortSignal;
}

export interface UploadRequest extends NumberAccess {
  bytes: Uint8Array<ArrayBuffer>;
  /** As Meta calls it. */
  mimeType: string;
  filename: string;
  deadlineMs: number;
  signal: AbortSignal;
}

export interface MarkReadRequest extends NumberAccess {
  wamid: string;
  /** Also show "typing…", for 25 s or until the reply. */
  typing: boolean;
}

export interface GraphClient {
  /** One POST, never repeated by itself; says what is known afterwards and never rejects. */
  send(request: SendRequest): Promise<SendResult>;
  /** Gives Meta a file for this number, which it keeps for 30 days. Never rejects; no message is sent. */
  upload(request: UploadRequest): Promise<UploadAnswer>;
  /** Marks a lead's message read; answers whether Meta took it and never rejects. Not to be awaited. */
  markRead(request: MarkReadRequest): Promise<boolean>;
}

/** The Graph API as one number uses it. Holds no state but Bun's own connection pool. */
export function createGraphClient({ graphUrl, version }: GraphClientSettings): GraphClient {
  const edge = ({ phoneNumberId }: NumberAccess, name: string) =>
    `${graphUrl}/${version}/${encodeURIComponent(phoneNumberId)}/${name}`;
  const prepare = (access: NumberAccess, body: object) =>
    prepareJson(edge(access, "messages"), access.accessToken, body);
  return {
    send: async (request) => {
      const { message, callbackData, deadlineMs, signal } = request;
      if (signal.aborted) return { kind: "not_sent", why: "stopped before the request" };
      let prepared: Request;
      try {
        prepared = prepare(request, graphMessage(message, callbackData));
      } catch (error) {
        return refusedByUs(error);
      }
      try {
        return readSendAnswer(await post(prepared, deadlineMs, signal));
      } catch (error) {
        return readFailure(error);
      }
    },
    upload: async (request) => {
      const { deadlineMs, signal } = request;
      try {
        const prepared = prepareUpload(edge(request, "media"), request);
        return readUploadAnswer(await post(prepared, deadlineMs, signal));
      } catch (error) {
        return { kind: "not_uploaded", why: errorMessage(error) };
      }
    },
    markRead: async (request) => {
      try {
        const answer = await post(prepare(request, readMark(request)), MARK_READ_DEADLINE_MS);
        return answer.status === 200;
      } catch {
        return false;
      }
    },
  };
}

function readMark({ wamid, typing }: MarkReadRequest): object {
  return {
    messaging_product: "whatsapp",
    status: "read",
    message_id: wamid,
    ...(typing && { typing_indicator: { type: "text" } }),
  };
}

/** Redirects are not followed: the token must not travel to another host, nor the POST be repeated. */
function prepareJson(url: string, accessToken: string, body: object): Request {
  return new Request(url, {
    method: "POST",
    redirect: "manual",
    headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

function prepareUpload(url: string, request: UploadRequest): Request {
  const { accessToken, bytes, mimeType, filename } = request;
  const form = new FormData();
  form.set("messaging_product", "whatsapp");
  form.set("type", mimeType);
  form.set("file", new File([bytes], filename, { type: mimeType }));
  return new Request(url, {
    method: "POST",
    redirect: "manual",
    headers: { authorization: `Bearer ${accessToken}` },
    body: form,
  });
}

async function post(
  request: Request,
  deadlineMs: number,
  stop?: AbortSignal,
): Promise<GraphAnswer> {
  return await withinTime({ deadlineMs, stop }, async (signal) => {
    const response = await fetch(request, { signal });
    const bytes = await readCapped(response.body, MAX_ANSWER_BYTES);
    return {
      status: response.status,
      body: bytes === null ? null : new TextDecoder().decode(bytes),
      retryAfter: response.headers.get("retry-after"),
    };
  });
}

/** Never left the process: no address to send to, or a token that no header can carry. */
function refusedByUs(error: unknown): SendResult {
  const row = graphError(INVALID_PARAMETER);
  return {
    kind: "rejected",
    code: INVALID_PARAMETER,
    title: row.title,
    details: errorMessage(error),
    class: row.class,
  };
}

function readFailure(error: unknown): SendResult {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (typeof code === "string" && NEVER_CONNECTED.has(code)) return { kind: "not_sent", why: code };
  return { kind: "unknown", why: typeof code === "string" ? code : errorMessage(error) };
}
