import { describe, expect, test } from "bun:test";
import { readAddress } from "../../streams/address.ts";

const nothing = { username: undefined, password: undefined };

describe("an address", () => {
  test("names one server", () => {
    expect(readAddress("redis://redis.example.com")).toEqual({
      ...nothing,
      kind: "single",
      endpoints: [{ host: "redis.example.com", port: 6379 }],
      db: 0,
      tls: null,
    });
    expect(readAddress("redis://ll:p%40ss%3A%2F@[::1]:7000/3")).toMatchObject({
      username: "ll",
      password: "p@ss:/",
      endpoints: [{ host: "::1", port: 7000 }],
      db: 3,
    });
    expect(readAddress("redis://:a:b@h")).toMatchObject({ username: undefined, password: "a:b" });
  });

  test("names sentinels, their master and two passwords", () => {
    expect(readAddress("redis+sentinel://:pw@s1:1,s2,s3:3/orders/2?sentinelPassword=spw")).toEqual({
      kind: "sentinel",
      username: undefined,
      password: "pw",
      endpoints: [
        { host: "s1", port: 1 },
        { host: "s2", port: 26379 },
        { host: "s3", port: 3 },
      ],
      master: "orders",
      db: 2,
      sentinels: { username: undefined, password: "spw" },
      tls: null,
    });
  });

  test("names a cluster's nodes, and certificates", () => {
    expect(readAddress("rediss+cluster://h1:1,h2:2/?ca=/etc/ca.pem&servername=redis")).toEqual({
      ...nothing,
      kind: "cluster",
      endpoints: [
        { host: "h1", port: 1 },
        { host: "h2", port: 2 },
      ],
      tls: { ca: "/etc/ca.pem", cert: undefined, key: undefined, servername: "redis" },
    });
  });

  test.each([
    ["http://host", "is not like"],
    ["redis://", "is not like"],
    ["redis://:se/cret@host", "is not like"],
    ["redis://:pw?cret@host", "is not like"],
    ["redis://a,b", "several hosts"],
    ["redis://host:99999", "99999"],
    ["redis://host:port", "no host:port"],
    ["redis+cluster://a:1,,b:2", "no host:port"],
    ["redis://host/zero", "no database number"],
    ["redis://:50%@host", "hexadecimal"],
    ["redis+sentinel://s1,s2", "lacks the master's name"],
    ["redis+sentinel://s1/name/zero", "no database number"],
    ["redis+cluster://h1/0", "a cluster has not"],
    ["redis://host?ca=/ca.pem", 'unknown option "ca"'],
    ["rediss://host?maxRetriesPerRequest=20", 'unknown option "maxRetriesPerRequest"'],
    ["rediss://host?cert=/c.pem", "only one of cert and key"],
  ])("%s is refused, and told why without its secret", (url, why) => {
    const answer = readAddress(url);
    expect(answer).toMatchObject({ kind: "wrong", why: expect.stringContaining(why) });
    expect(JSON.stringify(answer)).not.toContain("cret@");
  });
});
