import type { Identity } from "../deps.ts";
import { businessDigits } from "./envelope.ts";

type Value = Record<string, unknown>;

/** One example of each account field (whatsapp.md 4), about this number. `now`: epoch seconds. */
export function noticeSamples(
  identity: Identity,
  now: number,
): Readonly<Record<string, Value | undefined>> {
  return { ...ofTemplates(now), ...ofNumbers(identity, now), ...ofAccounts(identity, now) };
}

function ofTemplates(now: number): Record<string, Value> {
  const template = {
    message_template_id: 900_000_000_000_001,
    message_template_name: "northwind_visit_reminder",
    message_template_language: "en",
  };
  return {
    message_template_status_update: { event: "PAUSED", ...template, reason: "NONE" },
    message_template_quality_update: {
      previous_quality_score: "GREEN",
      new_quality_score: "YELLOW",
      ...template,
    },
    message_template_components_update: { ...template, message_template_element: "Hi {{1}}." },
    template_category_update: {
      ...template,
      new_category: "UTILITY",
      correct_category: "MARKETING",
      category_update_timestamp: now + 86_400,
    },
    template_correct_category_detection: {
      ...template,
      category: "UTILITY",
      correct_category: "MARKETING",
    },
  };
}

function ofNumbers(identity: Identity, now: number): Record<string, Value> {
  const number = { display_phone_number: businessDigits(identity) };
  const metadata = { ...number, phone_number_id: identity.phoneNumberId };
  return {
    phone_number_quality_update: {
      ...number,
      event: "THROUGHPUT_UPGRADE",
      max_daily_conversations_per_business: "TIER_UNLIMITED",
    },
    phone_number_name_update: {
      ...number,
      decision: "APPROVED",
      requested_verified_name: identity.businessName,
      rejection_reason: null,
    },
    business_capability_update: {
      max_daily_conversations_per_business: "TIER_2K",
      max_phone_numbers_per_business: 25,
    },
    security: { ...number, event: "PIN_CHANGED", requester: "61555822107539" },
    user_preferences: {
      messaging_product: "whatsapp",
      metadata,
      user_preferences: [
        {
          wa_id: "15550002222",
          detail: "User requested to stop marketing messages",
          category: "marketing_messages",
          value: "stop",
          timestamp: now,
        },
      ],
    },
    user_id_update: {
      messaging_product: "whatsapp",
      metadata,
      user_id_update: [{ user_id: { previous: "US.1", current: "US.2" } }],
    },
    business_username_updates: { ...number, username: "northwind", status: "approved" },
  };
}

function ofAccounts(identity: Identity, now: number): Record<string, Value> {
  return {
    account_update: {
      event: "ACCOUNT_RESTRICTION",
      restriction_info: [
        { restriction_type: "RESTRICTED_BIZ_INITIATED_MESSAGING", expiration: now + 86_400 },
      ],
    },
    account_review_update: { decision: "APPROVED" },
    account_alerts: {
      entity_type: "WABA",
      entity_id: identity.wabaId,
      alert_severity: "INFORMATIONAL",
      alert_status: "NONE",
      alert_type: "OBA_APPROVED",
      alert_description: "The business is an official business account.",
    },
    account_settings_update: { messaging_product: "whatsapp", type: "phone_number_settings" },
    partner_solutions: { event: "SOLUTION_CREATED", solution_id: "1", solution_status: "ACTIVE" },
    payment_configuration_update: { configuration_name: "shop", status: "Active" },
    history: { history: [{ errors: [{ code: 2593109, title: "History sharing is turned off" }] }] },
    smb_app_state_sync: { state_sync: [{ type: "contact", action: "remove", contact: {} }] },
    messaging_handovers: { control_passed: {} },
    flows: { event: "FLOW_STATUS_CHANGE", message: "A flow was published." },
  };
}
