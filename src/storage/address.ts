/** Where MEDIA_URL says that files are kept. */
export type MediaAddress =
  | { kind: "disk"; dir: string }
  | {
      kind: "s3";
      endpoint: string;
      region: string;
      bucket: string;
      /** Before each key; empty, or ending in a slash. */
      prefix: string;
      accessKeyId: string;
      secretAccessKey: string;
    };

/**
 * Reads `file:///folder`, `s3://key:secret@host/bucket/prefix?region=…` (https) or `s3+http://…`. `why`
 * completes "MEDIA_URL …".
 */
export function readMediaAddress(text: string): MediaAddress | { kind: "wrong"; why: string } {
  const url = URL.parse(text);
  if (url === null) return wrong("is no address");
  if (url.protocol === "file:") {
    const dir = decodeURIComponent(url.pathname);
    return url.host === "" && dir !== "/" ? { kind: "disk", dir } : wrong("names no folder");
  }
  const [, bucket = "", ...rest] = url.pathname.split("/").map(decodeURIComponent);
  if (!/^[a-z0-9][a-z0-9.-]{2,62}$/.test(bucket)) return wrong("names no bucket after the host");
  if (url.username === "" || url.password === "") {
    return wrong("lacks the access key and its secret (s3://key:secret@host/bucket)");
  }
  const path = rest.filter((part) => part !== "").join("/");
  return {
    kind: "s3",
    endpoint: `${url.protocol === "s3+http:" ? "http" : "https"}://${url.host}`,
    region: url.searchParams.get("region") ?? "us-east-1",
    bucket,
    prefix: path === "" ? "" : `${path}/`,
    accessKeyId: decodeURIComponent(url.username),
    secretAccessKey: decodeURIComponent(url.password),
  };
}

function wrong(why: string) {
  return { kind: "wrong", why } as const;
}
