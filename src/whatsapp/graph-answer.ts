import { isJsonObject, tryParseJson } from "../lib/json.ts";
import { type GraphErrorClass, graphError, isListed } from "./error-catalogue.ts";
import { elements, idOrNull, member, textOrNull } from "./fields.ts";

/** What is known about one send after one POST. */
export type SendResult =
  /** Meta took it; delivery is told by webhook. */
  | { kind: "accepted"; wamid: string }
  /** Meta refused it. `code` is Graph's, or the HTTP status where the answer was not Graph's. */
  | {
      kind: "rejected";
      code: number;
      title: string;
      details: string;
      class: GraphErrorClass;
      retryAfterMs?: number;
    }
  /** Meta may or may not have taken it. */
  | { kind: "unknown"; why: string; code?: number }
  /** It never left this machine. */
  | { kind: "not_sent"; why: string };

export interface GraphAnswer {
  status: number;
  /** Null when the body was longer than any answer of Meta's. */
  body: string | null;
  retryAfter: string | null;
}

/**
 * Reads Meta's answer to a send. The code decides, not the HTTP status, which Meta stopped
 * documenting; the status only speaks where there is no code.
 */
export function readSendAnswer({ status, body, retryAfter }: GraphAnswer): SendResult {
  const json = body === null ? undefined : tryParseJson(body);
  const error = member(json, "error");
  const code = member(error, "code");
  if (isJsonObject(error) && typeof code === "number") {
    return readError(error, code, status, retryAfter);
  }
  if (status >= 200 && status < 300) return readAccepted(json, status);
  if (status < 400 || status >= 500 || status === 408) {
    return { kind: "unknown", why: `HTTP ${status} without a Graph error` };
  }
  return rejected(status, `HTTP ${status}`, "The answer was not the Graph API's.", retryAfter);
}

/** What is known about one upload after one POST: whatever failed, no message was sent. */
export type UploadAnswer =
  | { kind: "uploaded"; metaMediaId: string }
  | Extract<SendResult, { kind: "rejected" }>
  | { kind: "not_uploaded"; why: string };

/** Reads Meta's answer to an upload. What would leave a send in doubt is tried again here. */
export function readUploadAnswer(answer: GraphAnswer): UploadAnswer {
  const json = answer.body === null ? undefined : tryParseJson(answer.body);
  const metaMediaId = idOrNull(member(json, "id"));
  if (metaMediaId !== null && answer.status >= 200 && answer.status < 300) {
    return { kind: "uploaded", metaMediaId };
  }
  const read = readSendAnswer(answer);
  if (read.kind === "rejected") return read;
  const why = read.kind === "unknown" ? read.why : `HTTP ${answer.status} without an id`;
  return { kind: "not_uploaded", why };
}

function readAccepted(json: unknown, status: number): SendResult {
  const wamid = idOrNull(member(elements(member(json, "messages"))[0], "id"));
  if (wamid !== null) return { kind: "accepted", wamid };
  return { kind: "unknown", why: `HTTP ${status} without a message id` };
}

function readError(
  error: Record<string, unknown>,
  code: number,
  status: number,
  retryAfter: string | null,
): SendResult {
  if (status >= 500 && !isListed(code)) {
    return { kind: "unknown", why: `HTTP ${status} with an unlisted Graph error`, code };
  }
  const row = graphError(code);
  const message = textOrNull(member(error, "message"));
  if (row.class === "unknown") return { kind: "unknown", why: `${code}: ${row.title}`, code };
  const title = isListed(code) ? row.title : (message ?? row.title);
  const details = textOrNull(member(member(error, "error_data"), "details")) ?? message ?? "";
  return rejected(code, title, details, retryAfter);
}

/** A refusal, by Graph or by an HTTP status that stands for one. */
function rejected(
  code: number,
  title: string,
  details: string,
  retryAfter: string | null,
): SendResult {
  const seconds = retryAfter === null ? Number.NaN : Number(retryAfter);
  return {
    kind: "rejected",
    code,
    title,
    details,
    class: graphError(code).class,
    ...(seconds >= 0 && { retryAfterMs: Math.ceil(seconds * 1_000) }),
  };
}
