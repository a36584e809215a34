import { AppError } from "../lib/errors.ts";
import { idOrNull, member, textOrNull } from "./fields.ts";
import { callGraph } from "./graph-call.ts";

/** A file by which Meta's reviewers judge a template's media header. */
export interface SampleFile {
  bytes: Uint8Array<ArrayBuffer>;
  mimeType: string;
  filename: string;
}

interface SampleUpload {
  /** With the version, without a trailing slash. */
  base: string;
  accessToken: string;
  deadlineMs: number;
}

const MAX_HANDLE_CHARS = 8_000;

/** Meta's own words for a session: what it names becomes part of an address. */
const SESSION = /^upload:[\w:?=&.%~-]{1,2000}$/;

/**
 * Uploads a sample by Meta's resumable upload (whatsapp.md 9), in one piece. Answers the handle by which a
 * template names it. Fails as `callGraph` does.
 */
export async function uploadSample(
  { base, accessToken, deadlineMs }: SampleUpload,
  { bytes, mimeType, filename }: SampleFile,
): Promise<string> {
  const shared = { accessToken, deadlineMs, about: "accessToken" };
  const token = encodeURIComponent(accessToken);
  const debugged = {
    ...shared,
    url: `${base}/debug_token?input_token=${token}`,
    method: "GET",
  } as const;
  const appId = idOrNull(member(member(await callGraph(debugged), "data"), "app_id"));
  if (appId === null) throw missing("app");
  const file = new URLSearchParams({
    file_name: filename,
    file_length: String(bytes.byteLength),
    file_type: mimeType,
  });
  const begun = { ...shared, url: `${base}/${encodeURIComponent(appId)}/uploads?${file}` };
  const session = textOrNull(member(await callGraph({ ...begun, method: "POST" }), "id")) ?? "";
  if (!SESSION.test(session)) throw missing("upload");
  const put = { ...shared, url: `${base}/${session}`, method: "POST", file: bytes } as const;
  const handle = textOrNull(member(await callGraph(put), "h")) ?? "";
  if (handle === "" || handle.length > MAX_HANDLE_CHARS) throw missing("handle");
  return handle;
}

function missing(what: string): AppError {
  return new AppError("whatsapp_unavailable", `Meta did not answer as it should: no ${what}.`);
}
