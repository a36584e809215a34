import { type Check, fault, ok } from "./check.ts";
import type { NumberProblem, NumberStatus } from "./model.ts";

/** Which problems of a number's status belong to which check, and how bad each is. */
const codes: Readonly<Record<NumberProblem["code"], readonly [check: string, "warn" | "fail"]>> = {
  disconnected: ["token", "fail"],
  access_refused: ["token", "fail"],
  token_unreadable: ["token", "fail"],
  token_expires: ["token", "warn"],
  permission_missing: ["token", "fail"],
  meta_unavailable: ["token", "warn"],
  not_subscribed: ["account subscription", "fail"],
  fields_missing: ["webhook fields", "warn"],
  quality_low: ["quality", "warn"],
  sends_limited: ["sends", "warn"],
  sends_blocked: ["sends", "fail"],
  sends_stopped: ["sends", "fail"],
  sends_paused: ["sends", "warn"],
  bot_paused: ["sends", "warn"],
  no_webhook_yet: ["messages", "warn"],
  templates_unsendable: ["templates", "warn"],
  templates_unread: ["templates", "warn"],
};

/**
 * A number's status as checks: the same problems, and what is well. That nobody has written yet is no
 * fault of a new installation: whether webhooks arrive, other checks tell.
 */
export function numberChecks(about: string, status: NumberStatus): Check[] {
  const { scopes, tokenExpiresAt, quality, throughput, lastWebhookAt, problems } = status;
  const well: readonly Check[] = [
    ok("token", `${scopes?.join(", ") ?? "valid"}; ${tokenExpiresAt ?? "without an end"}`, about),
    ok("account subscription", "webhooks of the account reach the app", about),
    ok("quality", `${quality ?? "not rated"}, throughput ${throughput ?? "not told"}`, about),
    ok("sends", "go out", about),
    ok("messages", lastWebhookAt ? `last one ${lastWebhookAt}` : "nobody has written yet", about),
    ok("templates", "as Meta has them", about),
  ];
  const faults = problems
    // The app has a check of its own, which tells of its fields too.
    .filter(({ code }) => code !== "no_webhook_yet" && code !== "fields_missing")
    .map(({ code, message, fix }) => fault(codes[code][1], codes[code][0], message, fix, about));
  const names = new Set(faults.map(({ check }) => check));
  return [...well.filter(({ check }) => !names.has(check)), ...faults];
}
