import { errorMessage } from "../lib/errors.ts";
import { tryParseJson } from "../lib/json.ts";
import type { GraphClientSettings } from "./client.ts";
import { member, textOrNull } from "./fields.ts";
import { readCapped } from "./read-capped.ts";

/** Where Meta's addresses of files point (whatsapp.md 10), beside the Graph API's own origin. */
const FILE_HOST = "lookaside.fbsbx.com";
const MAX_HOPS = 5;
const MAX_ANSWER_BYTES = 64 * 1024;

export interface MediaAccess {
  mediaId: string;
  phoneNumberId: string;
  accessToken: string;
  /** From the message itself: spares one call while it is young. */
  inlineUrl: string | null;
  /** Ends the whole, the body included. */
  signal: AbortSignal;
}

/** What is known after asking for a file. The body is not read yet. */
export type MediaAnswer =
  | { kind: "open"; body: ReadableStream<Uint8Array<ArrayBuffer>>; announcedBytes: number | null }
  /** Meta does not have it any more. */
  | { kind: "gone" }
  /** Somewhere on the way it would have left Meta. */
  | { kind: "foreign_host" }
  /** Not now. */
  | { kind: "unavailable"; why: string; retryAfterMs?: number };

export interface MediaClient {
  /** Finds a file and opens it; asks once more for an address that is not good any more. Never rejects. */
  open(access: MediaAccess): Promise<MediaAnswer>;
}

/** Meta's files as one number may read them. The token goes to Meta's hosts only, on each hop. */
export function createMediaClient({ graphUrl, version }: GraphClientSettings): MediaClient {
  const graphOrigin = new URL(graphUrl).origin;
  const isMetas = ({ origin, protocol, hostname }: URL) =>
    origin === graphOrigin || (protocol === "https:" && hostname === FILE_HOST);

  /** A GET that follows redirects by hand, so that each hop is looked at before the token goes there. */
  async function get(address: string, access: MediaAccess): Promise<Response | MediaAnswer> {
    let at = address;
    for (let hop = 0; hop < MAX_HOPS; hop += 1) {
      if (!URL.canParse(at) || !isMetas(new URL(at))) return { kind: "foreign_host" };
      const response = await fetch(at, {
        redirect: "manual",
        headers: { authorization: `Bearer ${access.accessToken}` },
        signal: access.signal,
      });
      const location = response.headers.get("location");
      if (response.status < 300 || response.status >= 400 || location === null) return response;
      await response.body?.cancel();
      at = URL.parse(location, at)?.href ?? "";
    }
    return { kind: "unavailable", why: `over ${MAX_HOPS} redirects` };
  }

  async function locate(access: MediaAccess): Promise<string | MediaAnswer> {
    const number = encodeURIComponent(access.phoneNumberId);
    const id = encodeURIComponent(access.mediaId);
    const found = await get(`${graphUrl}/${version}/${id}?phone_number_id=${number}`, access);
    if (!(found instanceof Response)) return found;
    const bytes = await readCapped(found.body, MAX_ANSWER_BYTES);
    const json = tryParseJson(bytes === null ? "" : new TextDecoder().decode(bytes));
    const url = textOrNull(member(json, "url"));
    if (found.ok && url !== null) return url;
    return isUnknownObject(found.status, json) ? { kind: "gone" } : unavailable(found);
  }

  async function openAt(url: string, access: MediaAccess): Promise<MediaAnswer> {
    const found = await get(url, access);
    if (!(found instanceof Response)) return found;
    if (found.ok && found.body !== null) {
      return { kind: "open", body: found.body, announcedBytes: announcedBytes(found.headers) };
    }
    await found.body?.cancel();
    return found.status === 404 || found.status === 410 ? { kind: "gone" } : unavailable(found);
  }

  async function openAnew(access: MediaAccess): Promise<MediaAnswer> {
    const url = await locate(access);
    return typeof url === "string" ? await openAt(url, access) : url;
  }

  return {
    open: async (access) => {
      try {
        const { inlineUrl } = access;
        const first = inlineUrl === null ? null : await openAt(inlineUrl, access);
        if (first?.kind === "open") return first;
        const second = await openAnew(access);
        // An address that was not good is asked for once more; an id that is unknown stays so.
        return second.kind === "gone" && first === null ? await openAnew(access) : second;
      } catch (error) {
        return { kind: "unavailable", why: errorMessage(error) };
      }
    },
  };
}

/** Of the body as it is read: what travels compressed is another length. */
function announcedBytes(headers: Headers): number | null {
  const length = headers.get("content-length");
  return length === null || headers.has("content-encoding") ? null : Number(length);
}

/** Graph's way of saying that there is no such id, any more or for this number. */
function isUnknownObject(status: number, json: unknown): boolean {
  const error = member(json, "error");
  const code = member(error, "code");
  return status === 404 || code === 33 || (code === 100 && member(error, "error_subcode") === 33);
}

function unavailable(response: Response): MediaAnswer {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return {
    kind: "unavailable",
    why: `HTTP ${response.status}`,
    ...(seconds >= 0 && { retryAfterMs: Math.ceil(seconds * 1_000) }),
  };
}
