import { elements, idOrNull, member, momentOf } from "../fields.ts";

/** What an `account_update` does to the account's numbers, beside telling its people. */
export type AccountEffect =
  | { kind: "none" }
  | { kind: "stop"; reason: "account" | "access" }
  | { kind: "resume" }
  /** Only templates are refused; `until` in ISO 8601, null: Meta does not say. */
  | { kind: "hold_templates"; until: string | null };

export interface AccountNotice {
  event: string;
  effect: AccountEffect;
  severity: "info" | "warning" | "critical";
  text: string;
}

const none: AccountEffect = { kind: "none" };
const LOOK = "Look at Account quality in WhatsApp Manager, and appeal there.";

/** `account_update` (whatsapp.md 4); null without an event. */
export function readAccountUpdate(value: unknown): AccountNotice | null {
  const event = idOrNull(member(value, "event"))?.toUpperCase();
  if (event === undefined) return null;
  if (event === "ACCOUNT_RESTRICTION") return { event, ...restriction(value) };
  if (event === "DISABLED_UPDATE") return { event, ...ban(value) };
  if (event === "ACCOUNT_VIOLATION") {
    const type = idOrNull(member(member(value, "violation_info"), "violation_type"));
    const text = `The account broke a rule of WhatsApp's (${type ?? "Meta does not say which"}). ${LOOK}`;
    return { event, effect: none, severity: "warning", text };
  }
  const known = simple.get(event);
  const text = `Meta tells of the account: ${event}. See WhatsApp Manager.`;
  return { event, ...(known ?? { effect: none, severity: "info", text }) };
}

type Known = Omit<AccountNotice, "event">;

const stopped = (reason: "account" | "access", text: string): Known => ({
  effect: { kind: "stop", reason },
  severity: "critical",
  text,
});

const simple: ReadonlyMap<string, Known> = new Map([
  ["ACCOUNT_DELETED", stopped("account", "The WhatsApp account was deleted. Connect another one.")],
  [
    "ACCOUNT_OFFBOARDED",
    stopped("account", "The account was taken off the Cloud API. Connect it again."),
  ],
  [
    "PARTNER_REMOVED",
    stopped(
      "access",
      "The account is no longer shared with the app. Share it, then rotate a token in.",
    ),
  ],
  [
    "PARTNER_APP_UNINSTALLED",
    stopped("access", "The app was removed from the account. Install it, then rotate a token in."),
  ],
  [
    "ACCOUNT_RECONNECTED",
    { effect: { kind: "resume" }, severity: "info", text: "The account is back on the Cloud API." },
  ],
]);

/** Each restriction has its own reach; the widest decides. Without any the account is free again. */
function restriction(value: unknown): Known {
  const rows = elements(member(value, "restriction_info")).map((row) => ({
    type: idOrNull(member(row, "restriction_type")) ?? "",
    until: momentOf(member(row, "expiration")),
  }));
  const find = (part: string) => rows.find(({ type }) => type.includes(part));
  const answers = find("CUSTOMER_INITIATED");
  const templates = find("BIZ_INITIATED");
  const end = (until: string | null) => (until === null ? "until Meta lifts it" : `until ${until}`);
  if (answers) {
    return stopped("account", `Meta lets the account answer nobody ${end(answers.until)}. ${LOOK}`);
  }
  if (templates) {
    const { until } = templates;
    return {
      effect: { kind: "hold_templates", until },
      severity: "critical",
      text: `Meta takes no templates from the account ${end(until)}; answers still go out. ${LOOK}`,
    };
  }
  if (rows.length === 0) {
    return {
      effect: { kind: "resume" },
      severity: "info",
      text: "Meta restricts the account no longer.",
    };
  }
  const types = rows.map(({ type }) => type).join(", ");
  return {
    effect: none,
    severity: "warning",
    text: `Meta restricts the account: ${types}. ${LOOK}`,
  };
}

function ban(value: unknown): Known {
  const state = idOrNull(member(member(value, "ban_info"), "waba_ban_state"))?.toUpperCase() ?? "";
  if (state === "REINSTATE") {
    return {
      effect: { kind: "resume" },
      severity: "info",
      text: "Meta has reinstated the account.",
    };
  }
  if (state === "DISABLE") return stopped("account", `Meta has disabled the account. ${LOOK}`);
  const text = `Meta is going to disable the account (${state || "no date"}). ${LOOK}`;
  return { effect: none, severity: "critical", text };
}
