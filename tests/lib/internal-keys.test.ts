import { describe, expect, test } from "bun:test";
import { loadConfig } from "../../src/config.ts";
import { readInternalKeys } from "../../src/lib/internal-keys.ts";

const secret = "0123456789abcdef0123456789abcdef";
const good = `crm-sync|leads:lookup+turns:enqueue|2027-01-31|${secret}`;

describe("INTERNAL_API_KEYS", () => {
  test("names a service, its scopes, its last day and its secret", () => {
    const { internalApiKeys } = loadConfig({ INTERNAL_API_KEYS: good }).security;
    expect(internalApiKeys).toEqual([
      {
        name: "crm-sync",
        scopes: ["leads:lookup", "turns:enqueue"],
        expiresAt: new Date("2027-02-01T00:00:00Z"),
        secret,
      },
    ]);
    expect(loadConfig({}).security.internalApiKeys).toEqual([]);
  });

  test("may name a service twice while one key replaces the other", () => {
    expect(readInternalKeys([good, `${good}-new`]).problems).toEqual([]);
  });

  test.each([
    [secret, "must be name|scope+scope|expires-on|secret"],
    [`${good}|more`, "must be name|scope+scope|expires-on|secret"],
    [`CRM|leads:lookup|2027-01-31|${secret}`, "must begin with a name"],
    [`crm|leads:write|2027-01-31|${secret}`, "has a scope that is none of leads:lookup"],
    [`crm||2027-01-31|${secret}`, "has a scope that is none of leads:lookup"],
    [`crm|leads:lookup|2027-02-30|${secret}`, "must name the last day"],
    [`crm|leads:lookup|never|${secret}`, "must name the last day"],
    ["crm|leads:lookup|2027-01-31|short", "needs a secret of 32 characters"],
  ])("refuses %s", (entry, words) => {
    const [problem] = readInternalKeys([
      `other|leads:lookup|2027-01-31|${"x".repeat(32)}`,
      entry,
    ]).problems;
    expect(problem?.entry).toBe(2);
    expect(problem?.text).toStartWith(words);
  });

  test("refuses one secret for two services, at boot, and does not repeat it", () => {
    const shared = `${good},bi|numbers:lookup|2027-01-31|${secret}`;
    const boot = () => loadConfig({ INTERNAL_API_KEYS: shared });
    expect(boot).toThrow("INTERNAL_API_KEYS is wrong: entry 2 has the secret of another entry");
    expect(boot).not.toThrow(secret);
  });
});
