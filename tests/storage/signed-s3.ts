import { createHash, createHmac } from "node:crypto";

export const signedAccess = { accessKeyId: "AKIDSIGNED", secretAccessKey: "signed/secret+key" };

const REGION = "eu-central-1";
const MAX_SKEW_MS = 15 * 60_000;

const hmac = (key: string | Buffer, text: string) =>
  createHmac("sha256", key).update(text).digest();
const sha256 = (bytes: string | Uint8Array) => createHash("sha256").update(bytes).digest("hex");
/** RFC 3986, as Signature Version 4 wants it. */
const encode = (text: string) =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/**
 * A small S3 in memory that checks every request's signature (AWS Signature Version 4, in the header), which
 * s3rver leaves undone: what is not signed with the secret is refused as Amazon refuses it.
 */
export function startSignedS3() {
  const objects = new Map<string, Uint8Array<ArrayBuffer>>();
  const uploads = new Map<string, Map<number, Uint8Array<ArrayBuffer>>>();
  const verified: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      const url = new URL(request.url);
      const body = await request.bytes();
      const why = signatureFault(request, url, body);
      if (why !== null) return fault(403, why);
      verified.push(request.method);
      const upload = url.searchParams.get("uploadId");
      if (url.searchParams.has("uploads")) return begin();
      if (upload !== null) return part(request.method, url, upload, body);
      return object(request, url.pathname, body);
    },
  });

  function object(request: Request, key: string, body: Uint8Array<ArrayBuffer>): Response {
    if (request.method === "PUT") {
      objects.set(key, body);
      return new Response(null, { headers: { etag: `"${sha256(body)}"` } });
    }
    if (request.method === "DELETE") {
      objects.delete(key);
      return new Response(null, { status: 204 });
    }
    return read(request, objects.get(key));
  }

  function read(request: Request, found: Uint8Array<ArrayBuffer> | undefined): Response {
    if (found === undefined) return fault(404, "NoSuchKey");
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get("range") ?? "") ?? [];
    const bytes = from === undefined ? found : found.slice(Number(from), Number(to) + 1);
    return new Response(request.method === "HEAD" ? null : bytes, {
      status: from === undefined ? 200 : 206,
      headers: { "content-length": String(bytes.length), etag: `"${sha256(found)}"` },
    });
  }

  function begin(): Response {
    const id = crypto.randomUUID();
    uploads.set(id, new Map());
    return xml("InitiateMultipartUploadResult", `<UploadId>${id}</UploadId>`);
  }

  function part(method: string, url: URL, upload: string, body: Uint8Array<ArrayBuffer>): Response {
    const parts = uploads.get(upload);
    if (parts === undefined) return fault(404, "NoSuchUpload");
    if (method === "PUT") {
      parts.set(Number(url.searchParams.get("partNumber")), body);
      return new Response(null, { headers: { etag: `"${sha256(body)}"` } });
    }
    uploads.delete(upload);
    if (method === "DELETE") return new Response(null, { status: 204 });
    const inOrder = [...parts].toSorted(([a], [b]) => a - b).map(([, bytes]) => bytes);
    objects.set(url.pathname, new Uint8Array(Buffer.concat(inOrder)));
    return xml("CompleteMultipartUploadResult", `<ETag>"whole"</ETag>`);
  }

  return {
    endpoint: `http://127.0.0.1:${server.port}`,
    region: REGION,
    objects,
    /** Methods of the requests whose signature was right. */
    verified,
    stop: () => server.stop(true),
  };
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/** Null when the request is signed with the secret, over this path, query, headers, body and time. */
function signatureFault(request: Request, url: URL, body: Uint8Array): string | null {
  const said = AUTHORIZATION.exec(request.headers.get("authorization") ?? "");
  if (said === null) return "AccessDenied";
  const [, accessKey, day = "", region, signed = "", given] = said;
  if (accessKey !== signedAccess.accessKeyId) return "InvalidAccessKeyId";
  if (region !== REGION) return "AuthorizationHeaderMalformed";
  const payload = request.headers.get("x-amz-content-sha256") ?? "";
  if (!["UNSIGNED-PAYLOAD", sha256(body)].includes(payload)) return "XAmzContentSHA256Mismatch";
  const at = request.headers.get("x-amz-date") ?? "";
  if (!at.startsWith(`${day}T`) || skewMs(at) > MAX_SKEW_MS) return "RequestTimeTooSkewed";
  const canonical = canonicalRequest(request, url, signed, payload);
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", at, scope, sha256(canonical)].join("\n");
  const key = [day, REGION, "s3", "aws4_request"].reduce<string | Buffer>(
    hmac,
    `AWS4${signedAccess.secretAccessKey}`,
  );
  const isRight = hmac(key, toSign).toString("hex") === given;
  return isRight && signed.split(";").includes("host") ? null : "SignatureDoesNotMatch";
}

function canonicalRequest(request: Request, url: URL, signed: string, payload: string): string {
  const path = url.pathname.split("/").map((part) => encode(decodeURIComponent(part)));
  const query = [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`);
  const headers = signed
    .split(";")
    .map((name) => `${name}:${(request.headers.get(name) ?? "").trim()}`);
  return [
    request.method,
    path.join("/"),
    query.toSorted().join("&"),
    ...headers,
    "",
    signed,
    payload,
  ].join("\n");
}

/** `20261128T101500Z`. */
function skewMs(at: string): number {
  const iso = at.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
  return Math.abs(Date.now() - Date.parse(iso));
}

const fault = (status: number, code: string) =>
  new Response(`<?xml version="1.0"?><Error><Code>${code}</Code></Error>`, {
    status,
    headers: { "content-type": "application/xml" },
  });

const xml = (root: string, inner: string) =>
  new Response(`<?xml version="1.0"?><${root}>${inner}</${root}>`, {
    headers: { "content-type": "application/xml" },
  });
