import { describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { signBody, verifyBody } from "../../src/whatsapp/signature.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const body = encode('{"object":"whatsapp_business_account","entry":[]}');

describe("a webhook signature", () => {
  test("is HMAC-SHA256 in lower-case hex, as RFC 4231 case 2 has it", () => {
    expect(signBody("Jefe", encode("what do ya want for nothing?"))).toBe(
      "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
  });

  test("is accepted when the secret signed exactly these bytes", () => {
    const header = `sha256=${createHmac("sha256", "s1").update(body).digest("hex")}`;
    expect(verifyBody(["s1"], body, header)).toEqual({ ok: true, secretIndex: 0 });
  });

  test("is accepted from the older of two secrets while they are rotated", () => {
    expect(verifyBody(["new", "old"], body, signBody("old", body))).toEqual({
      ok: true,
      secretIndex: 1,
    });
  });

  test("is refused when another secret made it, or when there is no secret at all", () => {
    const header = signBody("theirs", body);
    expect(verifyBody(["ours"], body, header)).toEqual({ ok: false, why: "mismatch" });
    expect(verifyBody([], body, header)).toEqual({ ok: false, why: "mismatch" });
  });

  test("is refused when one bit of the body or of the signature is flipped", () => {
    const header = signBody("s1", body);
    const flipped = body.slice();
    flipped[10] = (flipped[10] ?? 0) ^ 1;
    expect(verifyBody(["s1"], flipped, header).ok).toBe(false);
    const other = header.endsWith("0") ? `${header.slice(0, -1)}1` : `${header.slice(0, -1)}0`;
    expect(verifyBody(["s1"], body, other)).toEqual({ ok: false, why: "mismatch" });
  });

  test("is refused when it is missing or cannot be one", () => {
    const good = signBody("s1", body);
    expect(verifyBody(["s1"], body, null)).toEqual({ ok: false, why: "missing" });
    expect(verifyBody(["s1"], body, "")).toEqual({ ok: false, why: "missing" });
    const hex = good.slice("sha256=".length);
    for (const bad of [hex, `sha1=${hex}`, good.slice(0, -1), `${good}0`, `${good} `, "sha256="]) {
      expect(verifyBody(["s1"], body, bad)).toEqual({ ok: false, why: "malformed" });
    }
  });

  test("holds for a body with escaped unicode and slashes, as Meta sends it", () => {
    const escaped = encode(String.raw`{"body":"caf\u00e9 \ud83d\ude00 a\/b \u0040x"}`);
    const header = signBody("s1", escaped);
    expect(verifyBody(["s1"], escaped, header).ok).toBe(true);
    const reserialised = encode(JSON.stringify(JSON.parse(new TextDecoder().decode(escaped))));
    expect(verifyBody(["s1"], reserialised, header)).toEqual({ ok: false, why: "mismatch" });
  });
});
