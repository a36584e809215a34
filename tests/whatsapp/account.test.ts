import { afterEach, describe, expect, test } from "bun:test";
import { AppError } from "../../src/lib/errors.ts";
import { createGraphAccount, type GraphAccount } from "../../src/whatsapp/account.ts";

const TOKEN = "EAAG-the-token";
const servers: Bun.Server<undefined>[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop(true);
});

/** Meta, answering what the test says, and what it was asked. */
function meta(answer: (url: URL, no: number) => Response | Promise<Response>, deadlineMs = 5_000) {
  const asked: { method: string; path: string; authorization: string | null }[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => {
      const url = new URL(request.url);
      const { method, headers } = request;
      asked.push({
        method,
        path: url.pathname + url.search,
        authorization: headers.get("authorization"),
      });
      return answer(url, asked.length);
    },
  });
  servers.push(server);
  const graphUrl = `http://127.0.0.1:${server.port}`;
  return { asked, account: createGraphAccount({ graphUrl, version: "v25.0", deadlineMs }) };
}

const graphError = (code: number, status = 400) =>
  // Meta repeats what it was sent, now and then.
  Response.json({ error: { code, message: `(#${code}) about ${TOKEN}` } }, { status });

async function failureOf(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AppError) return error;
  throw new Error(`It did not fail as it should: ${error}`);
}

describe("reading", () => {
  test("a number", async () => {
    const { account, asked } = meta(() =>
      Response.json({
        id: "1",
        display_phone_number: "+1 415",
        verified_name: "Northwind",
        quality_rating: "GREEN",
        throughput: { level: "HIGH" },
        health_status: {
          can_send_message: "LIMITED",
          entities: [
            { entity_type: "PHONE_NUMBER", can_send_message: "AVAILABLE" },
            {
              ...{ entity_type: "WABA", can_send_message: "LIMITED" },
              errors: [
                { error_code: 1, error_description: "No payment.", possible_solution: "Pay." },
              ],
            },
          ],
        },
      }),
    );
    expect(await account.readNumber(TOKEN, "1")).toEqual({
      displayPhoneNumber: "+1 415",
      verifiedName: "Northwind",
      quality: "GREEN",
      throughput: "HIGH",
      canSend: "LIMITED",
      sendObstacles: ["No payment. Pay."],
    });
    expect(asked).toEqual([
      {
        method: "GET",
        path: "/v25.0/1?fields=display_phone_number,verified_name,quality_rating,throughput,health_status",
        authorization: `Bearer ${TOKEN}`,
      },
    ]);
  });

  test("what Meta does not say is null; what is no number is none", async () => {
    const bare = meta(() => Response.json({ id: "1", display_phone_number: "+1" }));
    expect(await bare.account.readNumber(TOKEN, "1")).toEqual({
      displayPhoneNumber: "+1",
      verifiedName: null,
      quality: null,
      throughput: null,
      canSend: null,
      sendObstacles: [],
    });
    const other = meta(() => Response.json({ id: "1", name: "An account" }));
    const error = await failureOf(other.account.readNumber(TOKEN, "1"));
    expect([error.code, error.details["refused"]]).toEqual(["invalid_input", "id"]);
  });

  test("all of an account's numbers, page by page", async () => {
    const { account, asked } = meta((_, no) =>
      Response.json({
        data: [{ id: `${no}` }],
        paging: { cursors: { after: "a/b" }, ...(no < 3 && { next: "https://elsewhere" }) },
      }),
    );
    expect(await account.numberIds(TOKEN, "9")).toEqual(["1", "2", "3"]);
    expect(asked[1]?.path).toBe("/v25.0/9/phone_numbers?fields=id&limit=100&after=a%2Fb");
  });

  test.each([
    [0, null],
    [1_800_000_000, "2027-01-15T08:00:00.000Z"],
    [1e300, null],
    ["soon", null],
  ])("a token that ends at %p", async (expires_at, expiresAt) => {
    const { account } = meta(() =>
      Response.json({ data: { app_id: "5", is_valid: true, scopes: ["a", 7], expires_at } }),
    );
    expect(await account.readToken(TOKEN)).toEqual({ appId: "5", scopes: ["a"], expiresAt });
  });

  test("a token that Meta calls invalid without refusing it", async () => {
    const { account } = meta(() => Response.json({ data: { is_valid: false, scopes: [] } }));
    expect((await failureOf(account.readToken(TOKEN))).details["refused"]).toBe("token");
  });

  test("what the token need not be allowed to see is unknown, but a dead token is refused", async () => {
    const forbidden = meta(() => graphError(200, 403));
    expect(await forbidden.account.portfolioId(TOKEN, "9")).toBeNull();
    expect(await forbidden.account.readToken(TOKEN)).toEqual({
      appId: null,
      scopes: null,
      expiresAt: null,
    });
    const dead = meta(() => graphError(190, 401));
    for (const work of [dead.account.portfolioId(TOKEN, "9"), dead.account.readToken(TOKEN)]) {
      expect((await failureOf(work)).details["refused"]).toBe("token");
    }
  });
});

describe("what goes wrong", () => {
  const calls: [string, (account: GraphAccount) => Promise<unknown>][] = [
    ["readNumber", (account) => account.readNumber(TOKEN, "1")],
    ["numberIds", (account) => account.numberIds(TOKEN, "9")],
    ["subscribedAppIds", (account) => account.subscribedAppIds(TOKEN, "9")],
    ["subscribe", (account) => account.subscribe(TOKEN, "9")],
  ];

  test.each([
    [190, "token"],
    [0, "token"],
    [102, "token"],
    [10, "permission"],
    [3, "permission"],
    [299, "permission"],
    [100, "id"],
    [33, "id"],
    [368, "account"],
    [131031, "account"],
  ])("Graph's %d is a refused %s, in words that say what to do", async (code, refused) => {
    for (const [, call] of calls) {
      const { account, asked } = meta(() => graphError(code));
      const error = await failureOf(call(account));
      expect([error.code, error.details]).toEqual(["invalid_input", { graphCode: code, refused }]);
      expect(error.message).toMatch(/^(accessToken|phoneNumberId|wabaId|Meta): .*\.$/);
      expect(asked).toHaveLength(1);
    }
  });

  test("a passing fault gets one more try, and no third", async () => {
    const faults: [string, () => Response][] = [
      ["Graph's 2", () => graphError(2, 503)],
      ["a bare 502", () => new Response("<html>", { status: 502 })],
      ["no JSON", () => new Response("<html>welcome</html>")],
      ["a redirect", () => Response.redirect("http://127.0.0.1:1/elsewhere")],
    ];
    for (const [what, fault] of faults) {
      for (const [name, call] of calls) {
        const passing = meta((_, no) =>
          no === 1 ? fault() : Response.json({ data: [], display_phone_number: "+1" }),
        );
        await call(passing.account);
        expect([what, name, passing.asked.length]).toEqual([what, name, 2]);
        const lasting = meta(fault);
        expect((await failureOf(call(lasting.account))).code).toBe("whatsapp_unavailable");
        expect(lasting.asked).toHaveLength(2);
      }
    }
  });

  test("whoever asked too often does not ask again at once", async () => {
    for (const code of [4, 80007]) {
      const { account, asked } = meta(() => graphError(code));
      const error = await failureOf(account.readNumber(TOKEN, "1"));
      expect([error.code, asked.length]).toEqual(["whatsapp_unavailable", 1]);
    }
  });

  test("the deadline is one for both tries", async () => {
    const { account, asked } = meta(
      (_, no) => (no === 1 ? graphError(2) : new Promise<Response>(() => {})),
      300,
    );
    const startedAt = performance.now();
    expect((await failureOf(account.readNumber(TOKEN, "1"))).code).toBe("whatsapp_unavailable");
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(asked).toHaveLength(2);
  });

  test("an endless answer is not read to its end", async () => {
    const { account } = meta(() => new Response("x".repeat(300 * 1024)));
    expect((await failureOf(account.readNumber(TOKEN, "1"))).code).toBe("whatsapp_unavailable");
  });

  test("no failure holds the token, whoever fails", async () => {
    const gone = meta(() => graphError(1));
    await servers.splice(0)[0]?.stop(true);
    const accounts = [gone, meta(() => graphError(190)), meta(() => graphError(2))];
    for (const { account } of accounts) {
      for (const work of [account.readToken(TOKEN), account.readNumber(TOKEN, "1")]) {
        const error = await failureOf(work);
        expect(error.cause).toBeUndefined();
        expect(JSON.stringify([error.message, error.details, error.stack])).not.toContain(TOKEN);
      }
    }
  });
});
