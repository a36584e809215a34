/// <reference lib="dom" />
import { isJsonObject, tryParseJson } from "../../lib/json.ts";
import type { SignedIn, Started } from "../../modules/auth/model.ts";
import { texts } from "../texts.ts";

const DEADLINE_MS = 15_000;

/** An answer that is no success. `status` 0: no answer came. `message` may be shown to the person. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  /** What it was this time, for those who run the installation; empty where nothing was said. */
  readonly detail: string;

  constructor(status: number, code: string, message: string, detail = "") {
    super(message);
    this.status = status;
    this.code = code;
    this.detail = detail;
  }
}

interface Call {
  body?: object;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** GETs what a model of the API describes. @throws ApiError */
export async function get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  return await call<Answer>("GET", path, signal ? { signal } : {});
}

/** POSTs, with a JSON body where there is one. @throws ApiError */
export async function post<Answer>(path: string, options: Call = {}): Promise<Answer> {
  return await call<Answer>("POST", path, options);
}

/** PATCHes with a JSON body. @throws ApiError */
export async function patch<Answer>(path: string, options: Call): Promise<Answer> {
  return await call<Answer>("PATCH", path, options);
}

/** POSTs as somebody who is not signed in. @throws ApiError */
export async function postOpenly<Answer>(path: string, body: object): Promise<Answer> {
  return await exchange<Answer>("POST", path, { body });
}

/** What answers a stranger with a session. */
type Door = "/auth/login" | "/auth/signup" | "/invitations/accept";

/** Signs in: from now on calls carry the new session's access token. @throws ApiError */
export async function startSession(door: Door, body: object): Promise<SignedIn> {
  return begin(await postOpenly<Started>(door, body));
}

/** Goes on in another organization, as another session. @throws ApiError */
export async function switchSession(organizationId: string): Promise<SignedIn> {
  return begin(await post<Started>("/auth/switch", { body: { organizationId } }));
}

/** The session that this browser's cookie stands for, with a fresh access token. @throws ApiError */
export async function resumeSession(): Promise<SignedIn> {
  return begin(await refresh());
}

/** Ends the session here and at the server. @throws ApiError */
export async function endSession(): Promise<void> {
  const headers = bearer();
  current = null;
  await exchange<unknown>("POST", "/auth/logout", { body: {}, headers });
}

/** Lives as long as the page: what scripts of other pages cannot reach, they cannot steal. */
let current: { accessToken: string; whose: string } | null = null;
/** Many calls may find the token too old at once; one asks for the next, for all of them. */
let refreshing: Promise<Started> | null = null;

function refresh(): Promise<Started> {
  refreshing ??= exchange<Started>("POST", "/auth/refresh", { body: {} }).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

function begin({ accessToken, ...session }: Started): SignedIn {
  current = { accessToken, whose: whoseOf(session) };
  return session;
}

const whoseOf = ({ user, organization }: SignedIn) => `${user.id}/${organization.id}`;

/**
 * The next access token of the same person. The cookie may be another's by now, who signed in in
 * another tab: then this page's session is over, and nothing of theirs is shown here.
 */
async function renew(): Promise<void> {
  const whose = current?.whose;
  const started = await refresh().catch((error: unknown) => {
    if (isSignedOut(error)) current = null;
    throw error;
  });
  if (whose !== undefined && current?.whose === whose && whoseOf(started) === whose) {
    begin(started);
    return;
  }
  current = null;
  throw signedOut();
}

function bearer(): Record<string, string> {
  return current === null ? {} : { authorization: `Bearer ${current.accessToken}` };
}

async function call<Answer>(method: string, path: string, options: Call): Promise<Answer> {
  if (current === null) throw signedOut();
  const withToken = () =>
    exchange<Answer>(method, path, { ...options, headers: { ...options.headers, ...bearer() } });
  try {
    return await withToken();
  } catch (error) {
    if (!isSignedOut(error)) throw error;
    await renew();
    return await withToken();
  }
}

function signedOut(): ApiError {
  return new ApiError(401, "unauthenticated", texts.signIn.ended);
}

/** The type is the caller's word: the server checks its answers by the same model. */
async function exchange<Answer>(method: string, path: string, options: Call): Promise<Answer> {
  const { body, headers, signal } = options;
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const answer = await fetch(`/api/v1${path}`, {
    method,
    credentials: "same-origin",
    headers: { ...headers, ...(body ? { "content-type": "application/json" } : {}) },
    body: body ? JSON.stringify(body) : null,
    signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
  }).catch(() => {
    throw new ApiError(0, "unreachable", texts.errors.unreachable);
  });
  const text = await answer.text();
  const value = tryParseJson(text);
  if (!answer.ok) throw problemOf(answer.status, value);
  return value as Answer;
}

function problemOf(status: number, value: unknown): ApiError {
  const problem = isJsonObject(value) ? value : {};
  const { code, userMessage, detail } = problem;
  return new ApiError(
    status,
    typeof code === "string" ? code : "unknown",
    typeof userMessage === "string" ? userMessage : texts.errors.unknown,
    typeof detail === "string" ? detail : "",
  );
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}

/** The sentence of the answer's status where there is one, else the general one. */
export function sayByStatus(error: unknown, said: Readonly<Record<number, string>>): string {
  const sentence = error instanceof ApiError ? said[error.status] : undefined;
  return sentence ?? sayError(error);
}

/** The sentence for a person of anything that was thrown. */
export function sayError(error: unknown): string {
  return error instanceof ApiError ? error.message : texts.errors.unknown;
}

/** The sentence for an operator: what stood in the way, if the answer says so. */
export function sayDetail(error: unknown): string {
  const isOurs = error instanceof ApiError && error.status < 500 && error.detail !== "";
  return isOurs ? error.detail : sayError(error);
}
