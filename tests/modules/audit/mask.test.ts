import { describe, expect, test } from "bun:test";
import { masked } from "../../../src/modules/audit/mask.ts";

const kept = (after: object) => masked("", after);

describe("what the audit log keeps of a row", () => {
  test("is no secret, whatever its field is called and however deep it lies", () => {
    const secret = "hunter2-hunter2";
    const row = {
      password: secret,
      passwordHash: secret,
      api_key: secret,
      webhookKey: secret,
      keys: [secret],
      secrets: { old: secret },
      accessTokenBox: secret,
      tokens: [secret],
      payload: { accessToken: secret, list: [{ clientSecret: secret }] },
      headers: [{ name: "Authorization", value: secret }],
      pairs: [{ key: "pin", value: secret }],
      pin: 123_456,
    };
    expect(JSON.stringify(kept(row))).not.toMatch(/hunter2|123456/);
  });

  test("holds no key or token of a known form in any text", () => {
    const meta = `EAA${"x1".repeat(20)}`;
    const text = `use ll_key_abc-DEF_123, ll_invite_ab-1, ll_reset_cd_2 or ${meta}, Bearer abc.def`;
    expect(kept({ note: text, list: [text], key2: { value: text } })).toEqual({
      note: "use •••, •••, ••• or •••, •••",
      list: ["use •••, •••, ••• or •••, •••"],
      key2: { value: "use •••, •••, ••• or •••, •••" },
    });
  });

  test("says whether there is a secret", () => {
    const row = { token: null, hasSecret: true, salt: "" };
    expect(kept(row)).toEqual({ token: null, hasSecret: true, salt: "•••" });
  });

  test("is whole where nothing is secret", () => {
    const row = { name: "Ada", tags: ["a"], tokensIn: 812, at: null };
    expect(kept(row)).toEqual(row);
  });
});
