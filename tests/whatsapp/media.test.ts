import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { createMediaClient } from "../../src/whatsapp/media.ts";

interface Seen {
  host: string;
  path: string;
  authorization: string | null;
}

const TOKEN = "EAAG-secret";
let seen: Seen[] = [];
let answer: (path: string, request: Request) => Response | Promise<Response>;

/** Two servers: one plays Meta, one is somebody else's. */
const servers = ["meta", "foreign"].map((host) =>
  Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => {
      const { pathname, search } = new URL(request.url);
      const path = `${pathname}${search}`;
      seen.push({ host, path, authorization: request.headers.get("authorization") });
      return host === "meta" ? answer(path, request) : new Response("stolen");
    },
  }),
);
const [meta = "", foreign = ""] = servers.map(({ port }) => `http://127.0.0.1:${port}`);
afterAll(async () => {
  for (const server of servers) await server.stop(true);
});
beforeEach(() => {
  seen = [];
});

const client = createMediaClient({ graphUrl: `${meta}/graph`, version: "v25.0" });
const open = (inlineUrl: string | null = null, signal = new AbortController().signal) =>
  client.open({ mediaId: "1/2", phoneNumberId: "100", accessToken: TOKEN, inlineUrl, signal });
const graphError = (code: number, subcode?: number, status = 400) =>
  Response.json({ error: { code, error_subcode: subcode } }, { status });
const isLookup = (path: string) => path.startsWith("/graph/");

test("asks for the address, then for the file, with the token both times", async () => {
  answer = (path) =>
    isLookup(path) ? Response.json({ url: `${meta}/file` }) : new Response("bytes");
  const found = await open();
  expect(found).toMatchObject({ kind: "open", announcedBytes: 5 });
  expect(found.kind === "open" && (await new Response(found.body).text())).toBe("bytes");
  expect(seen).toEqual([
    {
      host: "meta",
      path: "/graph/v25.0/1%2F2?phone_number_id=100",
      authorization: `Bearer ${TOKEN}`,
    },
    { host: "meta", path: "/file", authorization: `Bearer ${TOKEN}` },
  ]);
});

describe("the token goes to Meta alone", () => {
  test("not to where an address leads that Meta's answer names", async () => {
    answer = () => Response.json({ url: `${foreign}/file` });
    expect(await open()).toEqual({ kind: "foreign_host" });
    expect(seen.filter(({ host }) => host === "foreign")).toEqual([]);
  });

  test("not to where a redirect leads, on any hop", async () => {
    answer = (path) => {
      if (isLookup(path)) return Response.json({ url: `${meta}/first` });
      return Response.redirect(path === "/first" ? "/second" : `${foreign}/third`);
    };
    expect(await open()).toEqual({ kind: "foreign_host" });
    expect(seen.map(({ host, path }) => `${host} ${path.split("?")[0]}`)).toEqual([
      "meta /graph/v25.0/1%2F2",
      "meta /first",
      "meta /second",
    ]);
  });

  test.each([
    "https://lookaside.fbsbx.com.example.com/x",
    "https://example.com/lookaside.fbsbx.com",
    "http://lookaside.fbsbx.com/x",
    "https://lookaside.fbsbx.com@example.com/x",
    "file:///etc/passwd",
    "nonsense",
  ])("not to %s", async (url) => {
    answer = () => Response.json({ url });
    expect(await open()).toEqual({ kind: "foreign_host" });
    expect(seen).toHaveLength(1);
  });

  test("nor round in circles", async () => {
    answer = (path) =>
      isLookup(path) ? Response.json({ url: `${meta}/a` }) : Response.redirect("/a");
    expect(await open()).toMatchObject({ kind: "unavailable" });
    expect(seen.length).toBeLessThan(8);
  });
});

describe("an address from the message itself", () => {
  test("spares the question", async () => {
    answer = () => new Response("bytes");
    expect(await open(`${meta}/inline`)).toMatchObject({ kind: "open" });
    expect(seen.map(({ path }) => path)).toEqual(["/inline"]);
  });

  test("that is dead, or foreign, is asked for at Meta", async () => {
    for (const inline of [`${meta}/inline`, `${foreign}/inline`]) {
      seen = [];
      answer = (path) => {
        if (isLookup(path)) return Response.json({ url: `${meta}/file` });
        return path === "/inline" ? new Response(null, { status: 404 }) : new Response("bytes");
      };
      expect(await open(inline)).toMatchObject({ kind: "open" });
      expect(seen.filter(({ host }) => host === "foreign")).toEqual([]);
    }
  });
});

describe("what Meta does not give", () => {
  test("an address that is dead is asked for once more, and no oftener", async () => {
    answer = (path) =>
      isLookup(path) ? Response.json({ url: `${meta}/file` }) : new Response(null, { status: 404 });
    expect(await open()).toEqual({ kind: "gone" });
    expect(seen).toHaveLength(4);
  });

  test.each([
    ["an id that is no more", () => graphError(100, 33), { kind: "gone" }],
    ["a token that is not good", () => graphError(190, undefined, 401), { kind: "unavailable" }],
    ["too many questions", () => graphError(4), { kind: "unavailable", why: "HTTP 400" }],
    [
      "a pause that is asked for",
      () => new Response(null, { status: 503, headers: { "retry-after": "7" } }),
      { kind: "unavailable", retryAfterMs: 7_000 },
    ],
    ["an answer that is none", () => new Response("<html>"), { kind: "unavailable" }],
  ])("%s", async (_, respond, expected) => {
    answer = respond;
    expect(await open()).toMatchObject(expected);
  });

  test("in time, and who is not there", async () => {
    const cut = new AbortController();
    answer = async () => {
      cut.abort(new Error("not fetched within 5 ms"));
      return new Response();
    };
    expect(await open(null, cut.signal)).toMatchObject({ kind: "unavailable" });
    const nowhere = createMediaClient({ graphUrl: "http://127.0.0.1:1", version: "v25.0" });
    const asked = { mediaId: "1", phoneNumberId: "1", accessToken: TOKEN, inlineUrl: null };
    expect(await nowhere.open({ ...asked, signal: new AbortController().signal })).toMatchObject({
      kind: "unavailable",
    });
  });
});
