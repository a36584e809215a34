import { graphError } from "../error-catalogue.ts";
import { elements, idOrNull, member, textOrNull } from "../fields.ts";
import { readTemplateRef, templateLabel } from "./template-notices.ts";

/** What a notice tells an organization's people, where that is all that follows from it. */
export interface Tidings {
  kind: string;
  severity: "info" | "warning" | "critical";
  /** What happened, and what to do. */
  text: string;
}

/** Longest that a text of Meta's is passed on. */
const MAX_QUOTE = 500;

const MANAGER = "See WhatsApp Manager.";

/** By field (whatsapp.md 4). Each takes any value, and tells what it can. */
export const tidings = {
  account_review_update: (value) => {
    const decision = word(value, "decision");
    const bad = decision === "REJECTED";
    return {
      kind: "account_review",
      severity: bad ? "critical" : "info",
      text: `Meta's review of the account: ${decision}.${bad ? " Appeal in WhatsApp Manager." : ""}`,
    };
  },
  account_alerts: (value) => {
    const info = member(value, "alert_info") ?? value;
    const description = quote(member(info, "alert_description"));
    return {
      kind: "account_alert",
      severity: severities.get(word(info, "alert_severity")) ?? "warning",
      text: `${word(info, "alert_type")} (${word(info, "alert_status")}): ${description} ${MANAGER}`,
    };
  },
  account_settings_update: (value) => ({
    kind: "account_settings",
    severity: "info",
    text: `Somebody changed the number's settings at Meta (${word(value, "type")}). ${MANAGER}`,
  }),
  security: (value) => ({
    kind: "number_security",
    severity: "warning",
    text: `Two-step verification of ${shownNumber(value)}: ${word(value, "event")}. If it was none of you, change the PIN in WhatsApp Manager.`,
  }),
  partner_solutions: (value) => ({
    kind: "partner_solution",
    severity: "info",
    text: `A partner solution at Meta: ${word(value, "event")}, ${word(value, "solution_status")}. ${MANAGER}`,
  }),
  payment_configuration_update: (value) => ({
    kind: "payment_configuration",
    severity: "warning",
    text: `The payment configuration ${quote(member(value, "configuration_name"))} is ${word(value, "status")}. ${MANAGER}`,
  }),
  business_username_update: username,
  business_username_updates: username,
  messaging_handovers: () => ({
    kind: "messaging_handover",
    severity: "warning",
    text: "Another app shares this number and has taken or given a chat. Leadline answers only what reaches it as a message.",
  }),
  flows: (value) => ({
    kind: "flow",
    severity: "info",
    text: `A WhatsApp flow: ${word(value, "event")}. ${quote(member(value, "message"))}`,
  }),
  message_template_components_update: (value) => {
    const ref = readTemplateRef(value);
    return {
      kind: "template_components",
      severity: "info",
      text: `${ref ? templateLabel(ref) : "A template"} was changed at Meta: read it before it is sent again.`,
    };
  },
  template_correct_category_detection: (value) => {
    const ref = readTemplateRef(value);
    return {
      kind: "template_category",
      severity: "warning",
      text: `Meta finds that ${ref ? templateLabel(ref) : "a template"} is ${word(value, "correct_category")}, not ${word(value, "category")}. Use the right category: for repeated misuse Meta limits the account.`,
    };
  },
  errors: (value) => {
    const code = member(value, "code");
    const row = typeof code === "number" ? graphError(code) : undefined;
    const said = row
      ? `${code}, ${row.title}. ${row.action}`
      : `${quote(member(value, "title"))}. ${MANAGER}`;
    return { kind: "whatsapp_error", severity: "warning", text: `Meta reports ${said}` };
  },
} satisfies Record<string, (value: unknown) => Tidings>;

const severities: ReadonlyMap<string, Tidings["severity"]> = new Map([
  ["CRITICAL", "critical"],
  ["WARNING", "warning"],
  ["INFORMATIONAL", "info"],
]);

function username(value: unknown): Tidings {
  const name = textOrNull(member(value, "username"));
  return {
    kind: "business_username",
    severity: "info",
    text: `The business's WhatsApp username${name === null ? "" : ` ${quote(name)}`}: ${word(value, "status")}.`,
  };
}

/** A word of Meta's vocabulary; `unknown` where it is none. */
function word(value: unknown, key: string): string {
  const found = idOrNull(member(value, key));
  return found === null ? "unknown" : found.slice(0, 100);
}

function quote(value: unknown): string {
  const text =
    textOrNull(value) ??
    elements(value)
      .filter((one) => typeof one === "string")
      .join(" ");
  return text.slice(0, MAX_QUOTE);
}

function shownNumber(value: unknown): string {
  return idOrNull(member(value, "display_phone_number")) ?? "the number";
}
