import { describe, expect, test } from "bun:test";
import { NOTHING_TOLD } from "../../../src/modules/numbers/picture.ts";
import { ofPicture } from "../../../src/modules/numbers/problems.ts";
import { verify } from "../../../src/modules/numbers/verify.ts";
import type { GraphAccount } from "../../../src/whatsapp/account.ts";

const asked = { phoneNumberId: "1", wabaId: "9", accessToken: "t" };

/** Meta, that agrees to everything but what a test says. */
function metaThat(part: Partial<GraphAccount> = {}) {
  const subscribed: string[] = [];
  const meta: GraphAccount = {
    readNumber: async () => ({
      displayPhoneNumber: "+1",
      verifiedName: null,
      quality: null,
      throughput: null,
      canSend: null,
      sendObstacles: [],
    }),
    readToken: async () => ({ appId: "5", scopes: null, expiresAt: null }),
    numberIds: async () => ["1"],
    portfolioId: async () => "8",
    subscribedAppIds: async () => ["5"],
    webhooks: async () => null,
    subscribe: async (_, wabaId) => void subscribed.push(wabaId),
    ...part,
  };
  return { meta, subscribed };
}

describe("verifying a number", () => {
  test("subscribes the token's app only where it is not: another app's subscription is no help", async () => {
    const cases: [Partial<GraphAccount>, string[]][] = [
      [{}, []],
      [{ subscribedAppIds: async () => [] }, ["9"]],
      [{ subscribedAppIds: async () => ["6"] }, ["9"]],
      [{ readToken: async () => ({ appId: null, scopes: null, expiresAt: null }) }, ["9"]],
    ];
    for (const [part, expected] of cases) {
      const { meta, subscribed } = metaThat(part);
      await verify(meta, asked);
      expect(subscribed).toEqual(expected);
    }
  });

  test("subscribes nothing for a number of another account, or with a token that lacks something", async () => {
    const foreign = metaThat({ numberIds: async () => ["2"], subscribedAppIds: async () => [] });
    await expect(verify(foreign.meta, asked)).rejects.toThrow("not one of this account's");
    const weak = metaThat({
      readToken: async () => ({
        appId: "5",
        scopes: ["whatsapp_business_management"],
        expiresAt: null,
      }),
      subscribedAppIds: async () => [],
    });
    await expect(verify(weak.meta, asked)).rejects.toThrow("it lacks whatsapp_business_messaging.");
    expect([foreign.subscribed, weak.subscribed]).toEqual([[], []]);
  });

  test("a portfolio that the token may not see is unknown", async () => {
    const { meta } = metaThat({ portfolioId: async () => null });
    expect(await verify(meta, asked)).toMatchObject({ portfolioId: null });
  });
});

describe("problems by Meta's own words", () => {
  const now = new Date("2026-11-28T00:00:00Z");
  test.each([
    [{}, []],
    [{ tokenExpiresAt: "2026-12-04T23:59:59Z" }, ["token_expires"]],
    [{ tokenExpiresAt: "2026-12-06T00:00:00Z" }, []],
    [{ scopes: ["whatsapp_business_messaging"] }, ["permission_missing"]],
    [{ quality: "RED", subscribed: false }, ["not_subscribed", "quality_low"]],
    [{ refusal: "Meta: Account locked." }, ["access_refused"]],
  ])("%j", (part, codes) => {
    expect(ofPicture({ ...NOTHING_TOLD, ...part }, now).map(({ code }): string => code)).toEqual(
      codes,
    );
  });
});
