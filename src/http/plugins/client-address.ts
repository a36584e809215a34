import { BlockList, isIP } from "node:net";

/** What Bun's server tells about the other end of a request's socket. */
export interface PeerSource {
  requestIP(request: Request): { address: string } | null;
}

/** Finds out who really asks; see `clientAddress`. */
export type ClientAddress = (request: Request, server: PeerSource | null) => string;

/**
 * The address of the client: the socket's peer, or, behind proxies that are ours, the last address
 * of X-Forwarded-For that is not a trusted proxy. `trustedProxies` are addresses or networks
 * (`10.0.0.0/8`). What clients write in front of that header is never believed. IPv6 is cut to its
 * /64, which is what one subscriber holds.
 */
export function clientAddress(trustedProxies: readonly string[]): ClientAddress {
  const trusted = new BlockList();
  for (const proxy of trustedProxies) addNetwork(trusted, proxy);
  return (request, server) => {
    const peer = plain(server?.requestIP(request)?.address ?? "unknown");
    if (!isTrusted(trusted, peer)) return subscriber(peer);
    const hops = (request.headers.get("x-forwarded-for") ?? "").split(",").map(plain);
    const client = hops.findLast((hop) => isIP(hop) !== 0 && !isTrusted(trusted, hop));
    return subscriber(client ?? peer);
  };
}

function addNetwork(list: BlockList, network: string): void {
  const [address = "", bits] = network.split("/");
  const family = familyOf(address);
  if (bits === undefined) list.addAddress(address, family);
  else list.addSubnet(address, Number(bits), family);
}

function isTrusted(list: BlockList, address: string): boolean {
  return isIP(address) !== 0 && list.check(address, familyOf(address));
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}

/** IPv4 addresses reach a dual-stack socket in IPv6 clothes. */
function plain(address: string): string {
  return address.trim().replace(/^::ffff:(?=\d+\.)/i, "");
}

function subscriber(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(":").length;
  return `${[...groups, ...Array(Math.max(0, missing)).fill("0")].slice(0, 4).join(":")}::/64`;
}
