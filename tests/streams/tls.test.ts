import { afterEach, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { connected, openProducer } from "../../streams/connection.ts";
import { startRedisCluster } from "../support/redis-cluster.ts";
import { type RedisProcess, startRedisProcess } from "../support/redis-process.ts";
import { startRedisSentinel } from "../support/redis-sentinel.ts";
import { type Authority, createAuthority } from "./support/certificates.ts";
import { wholeWay } from "./support/deployment-cases.ts";
import { freshKeyspace, recordingLog, stopAll } from "./support/harness.ts";

const PASSWORD = "tls-password";

let ours: Authority;
let theirs: Authority;
let client: { cert: string; key: string };
beforeAll(() => {
  ours = createAuthority("ours");
  theirs = createAuthority("theirs");
  client = ours.issue("leadline");
}, 30_000);
afterEach(stopAll);

/** As a server that speaks nothing but TLS is configured. */
function tlsConfig(names: string, authClients: "yes" | "no"): string[] {
  const { cert, key } = ours.issue(`server-${names.replaceAll(/\W/g, "-")}`, names);
  return [
    "tls-port %PORT%",
    `tls-cert-file ${cert}`,
    `tls-key-file ${key}`,
    `tls-ca-cert-file ${ours.file}`,
    `tls-auth-clients ${authClients}`,
  ];
}

function startTls(names: string, authClients: "yes" | "no" = "no"): Promise<RedisProcess> {
  return startRedisProcess({
    config: [...tlsConfig(names, authClients), `requirepass ${PASSWORD}`],
    access: { password: PASSWORD, tls: testTls() },
  });
}

const testTls = () => ({
  ca: readFileSync(ours.file),
  cert: readFileSync(client.cert),
  key: readFileSync(client.key),
  checkServerIdentity: () => undefined,
});

/** What comes of connecting: "ready", or why not. */
async function connecting(url: string): Promise<string> {
  const producer = openProducer({ url, keyspace: freshKeyspace(), log: recordingLog() });
  const outcome = await connected(producer, 1_500).then(() => "ready", String);
  producer.disconnect();
  return outcome;
}

const to = (server: RedisProcess, query: string, host = "127.0.0.1") =>
  `rediss://:${PASSWORD}@${host}:${server.port}?${new URLSearchParams(query)}`;

describe("one server with TLS", () => {
  test("carries an entry the whole way with a private authority", async () => {
    const server = await startTls("IP:127.0.0.1");
    await wholeWay(to(server, `ca=${ours.file}`), freshKeyspace());
    await server.stop();
  }, 30_000);

  test("a certificate of another authority, or of the public ones, is not believed", async () => {
    const server = await startTls("IP:127.0.0.1");
    expect(await connecting(to(server, `ca=${theirs.file}`))).toMatch(/certificate/i);
    expect(await connecting(to(server, ""))).toMatch(/certificate/i);
    expect(await connecting(to(server, `ca=${ours.file}`))).toBe("ready");
    await server.stop();
  }, 20_000);

  test("a certificate for another host is not believed, unless its name is asked for", async () => {
    const server = await startTls("DNS:redis.internal");
    const ca = `ca=${ours.file}`;
    expect(await connecting(to(server, ca))).toMatch(/altnames|hostname/i);
    expect(await connecting(to(server, ca, "localhost"))).toMatch(/altnames|hostname/i);
    expect(await connecting(to(server, `${ca}&servername=redis.other`))).toMatch(
      /altnames|hostname/i,
    );
    expect(await connecting(to(server, `${ca}&servername=redis.internal`))).toBe("ready");
    await server.stop();
  }, 20_000);

  test("a server that asks for a client certificate gets it", async () => {
    const server = await startTls("IP:127.0.0.1", "yes");
    const ca = `ca=${ours.file}`;
    expect(await connecting(to(server, ca))).not.toBe("ready");
    const mine = `${ca}&cert=${client.cert}&key=${client.key}`;
    expect(await connecting(to(server, mine))).toBe("ready");
    await wholeWay(to(server, mine), freshKeyspace());
    await server.stop();
  }, 30_000);

  test("a file that is not there is told by name", () => {
    const url = "rediss://127.0.0.1?ca=/nowhere/ca.pem";
    expect(() => openProducer({ url, keyspace: freshKeyspace(), log: recordingLog() })).toThrow(
      /nowhere/,
    );
  });
});

describe("TLS everywhere", () => {
  const query = () => `?ca=${ours.file}&cert=${client.cert}&key=${client.key}`;

  test("between all of a cluster", async () => {
    const config = [...tlsConfig("IP:127.0.0.1", "yes"), "tls-cluster yes", "tls-replication yes"];
    const cluster = await startRedisCluster({ config, tls: testTls() });
    const url = `${cluster.url.replace("redis+", "rediss+")}${query()}`;
    await wholeWay(url, freshKeyspace(6));
    await cluster.stop();
  }, 60_000);

  test("between servers and sentinels", async () => {
    const config = [...tlsConfig("IP:127.0.0.1", "yes"), "tls-replication yes"];
    const trio = await startRedisSentinel({ config, tls: testTls() });
    const url = `${trio.url.replace("redis+", "rediss+")}${query()}`;
    await wholeWay(url, freshKeyspace());
    await trio.stop();
  }, 60_000);
});
