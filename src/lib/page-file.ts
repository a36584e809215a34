import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

/** Best first: what a browser of any age takes, apart from the file as it is. */
const codings = ["br", "gzip"] as const;
type Coding = (typeof codings)[number];
type Bytes = Uint8Array<ArrayBuffer>;

/** Below this a packet carries the file anyway. */
const WORTH_COMPRESSING_BYTES = 1_024;
/** A tenth of a second for half a megabyte; the two levels above take ten times as long for 5 %. */
const BROTLI_QUALITY = 9;

const squeeze = {
  br: (bytes: Bytes) =>
    promisify(brotliCompress)(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength,
      },
    }),
  gzip: (bytes: Bytes) => promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
} satisfies Record<Coding, (bytes: Bytes) => Promise<Bytes>>;

/** A file in every coding it is served in, compressed once. */
export interface PageFile {
  contentType: string;
  /** SHA-256 of the content, shortened. */
  digest: string;
  plain: Bytes;
  coded: ReadonlyMap<Coding, Bytes>;
}

export async function pageFile(plain: Bytes, contentType: string): Promise<PageFile> {
  const digest = createHash("sha256").update(plain).digest("base64url").slice(0, 22);
  const isWorthIt = plain.byteLength >= WORTH_COMPRESSING_BYTES;
  const coded = (isWorthIt ? codings : []).map(
    async (coding): Promise<[Coding, Bytes]> => [coding, await squeeze[coding](plain)],
  );
  return { contentType, digest, plain, coded: new Map(await Promise.all(coded)) };
}

/**
 * The file in the best coding that the request accepts: 200, or 304 when it names the entity tag of
 * exactly those bytes. Each coding has its own tag, and caches are told by `Vary`.
 */
export function fileResponse(
  file: PageFile,
  request: Request,
  headers: Readonly<Record<string, string>>,
): Response {
  const accepted = request.headers.get("accept-encoding") ?? "";
  const coding = codings.find((one) => file.coded.has(one) && accepts(accepted, one));
  const etag = `"${file.digest}${coding ? `-${coding}` : ""}"`;
  const always = { ...headers, etag, vary: "Accept-Encoding" };
  if (isKnown(request.headers.get("if-none-match"), etag)) {
    return new Response(null, { status: 304, headers: always });
  }
  return new Response((coding && file.coded.get(coding)) ?? file.plain, {
    headers: {
      ...always,
      "content-type": file.contentType,
      ...(coding && { "content-encoding": coding }),
    },
  });
}

/** By the header's grammar: named or `*`, unless its quality is 0. */
function accepts(header: string, coding: Coding): boolean {
  const offers = header.split(",").map((part) => {
    const [name = "", ...parameters] = part
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/u);
    return { name, isRefused: parameters.some((one) => /^q=0(?:\.0*)?$/u.test(one)) };
  });
  const offer =
    offers.find(({ name }) => name === coding) ?? offers.find(({ name }) => name === "*");
  return offer !== undefined && !offer.isRefused;
}

/** Weak tags (`W/`) are compared by what they name: a proxy may have weakened ours. */
function isKnown(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  const tags = ifNoneMatch.split(",").map((tag) => tag.trim().replace(/^W\//u, ""));
  return tags.includes(etag) || tags.includes("*");
}
