import { describe, expect, test } from "bun:test";
import { clientAddress } from "../../src/http/plugins/client-address.ts";

function addressOf(trusted: readonly string[], peer: string | null, forwarded?: string): string {
  const request = new Request("http://x/", {
    headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
  });
  const server = { requestIP: () => (peer === null ? null : { address: peer }) };
  return clientAddress(trusted)(request, server);
}

describe("the client's address", () => {
  test("is the socket's peer, whatever headers say, when no proxy is trusted", () => {
    expect(addressOf([], "203.0.113.9", "1.2.3.4")).toBe("203.0.113.9");
    expect(addressOf(["10.0.0.0/8"], "203.0.113.9", "1.2.3.4")).toBe("203.0.113.9");
  });

  test("is the last untrusted hop behind trusted proxies, not what the client wrote in front", () => {
    const trusted = ["10.0.0.0/8", "192.0.2.1"];
    expect(addressOf(trusted, "10.1.2.3", "6.6.6.6, 203.0.113.9, 192.0.2.1")).toBe("203.0.113.9");
    expect(addressOf(trusted, "::ffff:10.1.2.3", "203.0.113.9")).toBe("203.0.113.9");
  });

  test("is the proxy itself when the header is missing or nonsense", () => {
    expect(addressOf(["10.0.0.0/8"], "10.1.2.3")).toBe("10.1.2.3");
    expect(addressOf(["10.0.0.0/8"], "10.1.2.3", "nonsense, ,")).toBe("10.1.2.3");
  });

  test("is one for a whole IPv6 /64", () => {
    expect(addressOf([], "2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2::/64");
    expect(addressOf([], "2001:db8:1:2::9")).toBe("2001:db8:1:2::/64");
    expect(addressOf([], "2001:db8::9")).toBe("2001:db8:0:0::/64");
    expect(addressOf(["2001:db8::/32"], "2001:db8::1", "203.0.113.9")).toBe("203.0.113.9");
  });

  test("is unknown for a closed socket, without failing", () => {
    expect(addressOf(["10.0.0.0/8"], null)).toBe("unknown");
  });
});
