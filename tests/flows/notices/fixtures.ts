import { AT, type Change, FIRST, TEMPLATE_ID, TIME } from "./desk.ts";

/** One documented payload, what it would catch, and what has to follow from it. */
export interface NoticeFixture extends Change {
  catches: string;
  /** Kind and severity of each alert. */
  alerts?: readonly (readonly [kind: string, severity: string])[];
  /** Kinds of live events beside `alert.raised`. */
  events?: readonly string[];
  /** Columns of the template afterwards. */
  template?: object;
  /** Columns of the first number afterwards. */
  number?: object;
  /** Columns of both numbers of the account afterwards. */
  numbers?: object;
  lead?: object;
}

const template = {
  message_template_id: Number(TEMPLATE_ID),
  message_template_name: "go_on",
  message_template_language: "en_US",
};
const shown = FIRST.replace(/\D/g, "");
const status = (event: string, more: object = {}) => ({
  field: "message_template_status_update",
  value: { event, ...template, reason: "NONE", ...more },
});
const account = (event: string, more: object = {}) => ({
  field: "account_update",
  value: { event, ...more },
});

const templateStatuses: NoticeFixture[] = [
  {
    catches: "a rejection whose reason nobody reads",
    ...status("REJECTED", {
      reason: "INVALID_FORMAT",
      rejection_info: { reason: "A variable is at the end.", recommendation: "Move it." },
    }),
    template: { status: "REJECTED", rejectedReason: "INVALID_FORMAT" },
    alerts: [["template_rejected", "warning"]],
    events: ["template.status"],
    numbers: { syncIsDue: true },
  },
  {
    catches: "a null reason, which Meta sends when a deletion is planned",
    ...status("PENDING_DELETION", { reason: null }),
    template: { status: "PENDING_DELETION", rejectedReason: null },
    alerts: [["template_pending_deletion", "warning"]],
    events: ["template.status"],
  },
  {
    catches: "a language written en-US, where the API has en_US, and no id",
    ...status("PAUSED", { message_template_language: "en-US", message_template_id: undefined }),
    template: { status: "PAUSED" },
    alerts: [["template_paused", "warning"]],
    events: ["template.status"],
  },
  {
    catches: "a pause with its words in other_info",
    ...status("PAUSED", {
      other_info: { title: "FIRST_PAUSE", description: "Paused for 3 hours." },
    }),
    template: { status: "PAUSED" },
    alerts: [["template_paused", "warning"]],
    events: ["template.status"],
  },
  {
    catches: "a disabled template that is sent on",
    ...status("DISABLED", { disable_info: { disable_date: 1_764_000_000 } }),
    template: { status: "DISABLED" },
    alerts: [["template_disabled", "warning"]],
    events: ["template.status"],
  },
  {
    catches: "a flag that is taken for the end of the template: it can still be sent",
    ...status("FLAGGED"),
    template: { status: "APPROVED", version: 1 },
    alerts: [["template_flagged", "warning"]],
  },
  ...["IN_APPEAL", "PENDING"].map((event) => ({
    catches: `${event}, during which it cannot be sent`,
    ...status(event),
    template: { status: event },
    events: ["template.status"],
  })),
  ...["LOCKED", "LIMIT_EXCEEDED", "ARCHIVED", "DELETED"].map((event) => ({
    catches: `${event}, after which it cannot be sent`,
    ...status(event, { message_template_category: "UTILITY" }),
    template: { status: event },
    alerts: [[`template_${event.toLowerCase()}`, "warning"] as const],
    events: ["template.status"],
  })),
  ...["APPROVED", "REINSTATED", "UNARCHIVED"].map((event) => ({
    catches: `${event} of what is approved: no news, and nobody is called`,
    ...status(event),
    template: { status: "APPROVED", version: 1 },
    numbers: { syncIsDue: true },
  })),
  {
    catches: "an event of tomorrow: told, without guessing a status",
    ...status("FROZEN"),
    template: { status: "APPROVED" },
    alerts: [["template_frozen", "warning"]],
    numbers: { syncIsDue: true },
  },
  {
    catches: "a template that nobody here knows",
    field: "message_template_status_update",
    value: { event: "REJECTED", message_template_id: 1, message_template_name: "other" },
    template: { status: "APPROVED", version: 1 },
    alerts: [["template_rejected", "warning"]],
  },
];

const quality = { previous_quality_score: "GREEN", new_quality_score: "RED", ...template };
const otherTemplates: NoticeFixture[] = [
  ...[
    "message_template_quality_update",
    // Meta's example of this payload stands under another field's name.
    "message_template_status_update",
    "phone_number_quality_update",
  ].map((field) => ({
    catches: `a score under the name ${field}`,
    field,
    value: quality,
    template: { status: "APPROVED", quality: "RED" },
    alerts: [["template_quality", "warning"] as const],
    events: ["template.status"],
  })),
  {
    catches: "a score that is good again, for which nobody is called",
    field: "message_template_quality_update",
    value: { ...quality, previous_quality_score: "UNKNOWN", new_quality_score: "GREEN" },
    template: { quality: "GREEN" },
    events: ["template.status"],
  },
  {
    catches: "an impending category taken for today's: new_category is the one it has now",
    field: "template_category_update",
    value: {
      ...template,
      new_category: "UTILITY",
      correct_category: "MARKETING",
      category_update_timestamp: TIME + 86_400,
    },
    template: { category: "UTILITY", nextCategory: "MARKETING" },
    alerts: [["template_category", "warning"]],
  },
  {
    catches: "a changed category, which changes what each send costs",
    field: "template_category_update",
    value: { ...template, previous_category: "UTILITY", new_category: "MARKETING" },
    template: { category: "MARKETING", nextCategory: null },
    alerts: [["template_category", "warning"]],
    events: ["template.status"],
  },
  {
    catches: "misuse of a category that would end in a limit",
    field: "template_correct_category_detection",
    value: { ...template, category: "UTILITY", correct_category: "MARKETING" },
    template: { category: "UTILITY" },
    alerts: [["template_category", "warning"]],
  },
  {
    catches: "words that were changed at Meta",
    field: "message_template_components_update",
    value: {
      ...template,
      message_template_element: "Hi {{1}}",
      message_template_title: "Hello",
      message_template_footer: "Northwind",
      message_template_buttons: [
        { message_template_button_type: "URL", message_template_button_text: "Go" },
      ],
    },
    alerts: [["template_components", "info"]],
    numbers: { syncIsDue: true },
  },
];

const numbers: NoticeFixture[] = [
  {
    catches: "an upgrade that would go unused",
    field: "phone_number_quality_update",
    value: {
      display_phone_number: shown,
      event: "THROUGHPUT_UPGRADE",
      max_daily_conversations_per_business: "TIER_UNLIMITED",
    },
    number: { sendsPerSecond: 1_000, messagingLimit: null },
    alerts: [["number_quality", "info"]],
  },
  {
    catches: "a limit that was removed from the payload, and one that took its place",
    field: "phone_number_quality_update",
    value: {
      display_phone_number: shown,
      event: "ONBOARDING",
      max_daily_conversations_per_business: "TIER_2K",
    },
    numbers: { messagingLimit: 2_000, sendsPerSecond: 80 },
    alerts: [["number_quality", "info"]],
  },
  {
    catches: "the payload before 2026, with current_limit",
    field: "phone_number_quality_update",
    value: { display_phone_number: shown, event: "DOWNGRADE", current_limit: "TIER_250" },
    numbers: { messagingLimit: 250 },
    alerts: [["number_quality", "warning"]],
  },
  {
    catches: "a flagged number, in the words before 2026",
    field: "phone_number_quality_update",
    value: { display_phone_number: shown, event: "FLAGGED", current_limit: "TIER_10K" },
    numbers: { messagingLimit: 10_000 },
    alerts: [["number_quality", "warning"]],
  },
  {
    catches: "a tier that Meta has not set, which is no limit of nothing",
    field: "phone_number_quality_update",
    value: { display_phone_number: shown, event: "ONBOARDING", current_limit: "TIER_NOT_SET" },
    numbers: { messagingLimit: null },
    alerts: [["number_quality", "info"]],
  },
  {
    catches: "the limit that all numbers of the portfolio share",
    field: "business_capability_update",
    value: {
      max_daily_conversations_per_business: "TIER_100K",
      max_phone_numbers_per_business: 25,
    },
    numbers: { messagingLimit: 100_000 },
    alerts: [["business_capability", "info"]],
  },
  {
    catches: "the limit as a number, before February 2026",
    field: "business_capability_update",
    value: { max_daily_conversation_per_phone: 1_000, max_phone_numbers_per_waba: 2 },
    numbers: { messagingLimit: 1_000 },
    alerts: [["business_capability", "info"]],
  },
  {
    catches: "-1 taken for a limit: it is none",
    field: "business_capability_update",
    value: { max_daily_conversations_per_business: -1 },
    numbers: { messagingLimit: null },
    alerts: [["business_capability", "info"]],
  },
  {
    catches: "a new name that leads see already",
    field: "phone_number_name_update",
    value: {
      display_phone_number: shown,
      decision: "APPROVED",
      requested_verified_name: "Northwind",
      rejection_reason: null,
    },
    number: { verifiedName: "Northwind" },
    alerts: [["number_name", "info"]],
  },
  {
    catches: "a rejected name",
    field: "phone_number_name_update",
    value: {
      display_phone_number: shown,
      decision: "REJECTED",
      requested_verified_name: "Best Ever",
      rejection_reason: "NAME_EMPLOYEE_ISSUE",
    },
    number: { verifiedName: null },
    alerts: [["number_name", "warning"]],
  },
];

const restricted = (...restriction_info: object[]) =>
  account("ACCOUNT_RESTRICTION", { restriction_info });
const accounts: NoticeFixture[] = [
  ...["ACCOUNT_DELETED", "ACCOUNT_OFFBOARDED"].map((event) => ({
    catches: `${event}, after which every send fails`,
    ...account(event),
    numbers: { stopReason: "account" },
    alerts: [
      ["number_stopped", "critical"],
      ["number_stopped", "critical"],
      [`account_${event.toLowerCase()}`, "critical"],
    ] as const,
  })),
  ...["PARTNER_REMOVED", "PARTNER_APP_UNINSTALLED"].map((event) => ({
    catches: `${event}: entry.id is a business, the account stands inside`,
    ...account(event, {
      waba_info: { waba_id: "waba", owner_business_id: "2329417887457253" },
      disconnection_info: { reason: "ACCOUNT_DISCONNECTED", initiated_by: "business" },
    }),
    id: "2329417887457253",
    numbers: { stopReason: "access" },
    alerts: [
      ["number_stopped", "critical"],
      ["number_stopped", "critical"],
      [`account_${event.toLowerCase()}`, "critical"],
    ] as const,
  })),
  {
    catches: "a restriction under which not even answers go out",
    ...restricted(
      { restriction_type: "RESTRICTED_BIZ_INITIATED_MESSAGING", expiration: TIME + 86_400 },
      { restriction_type: "RESTRICTED_CUSTOMER_INITIATED_MESSAGING", expiration: TIME + 86_400 },
    ),
    numbers: { stopReason: "account" },
    alerts: [
      ["number_stopped", "critical"],
      ["number_stopped", "critical"],
      ["account_account_restriction", "critical"],
    ],
  },
  {
    catches: "a restriction of templates alone, for which leads must not go unanswered",
    ...restricted({
      restriction_type: "RESTRICTED_BIZ_INITIATED_MESSAGING",
      expiration: TIME + 86_400,
    }),
    numbers: {
      stopReason: null,
      templatesHeldUntil: new Date((TIME + 86_400) * 1_000),
    },
    alerts: [["account_account_restriction", "critical"]],
  },
  {
    catches: "a restriction without an end",
    ...restricted({ restriction_type: "RESTRICTED_BIZ_INITIATED_MESSAGING" }),
    numbers: { stopReason: null, templatesHeldUntil: new Date((TIME + 30 * 86_400) * 1_000) },
    alerts: [["account_account_restriction", "critical"]],
  },
  {
    catches: "a restriction that stops nothing we do",
    ...restricted({ restriction_type: "RESTRICTED_ADD_PHONE_NUMBER_ACTION" }),
    numbers: { stopReason: null, templatesHeldUntil: null },
    alerts: [["account_account_restriction", "warning"]],
  },
  {
    catches: "a violation without info",
    ...account("ACCOUNT_VIOLATION"),
    numbers: { stopReason: null },
    alerts: [["account_account_violation", "warning"]],
  },
  {
    catches: "a violation that nobody hears of",
    ...account("ACCOUNT_VIOLATION", { violation_info: { violation_type: "SCAM" } }),
    alerts: [["account_account_violation", "warning"]],
  },
  {
    catches: "an announced ban",
    ...account("DISABLED_UPDATE", {
      ban_info: { waba_ban_state: "SCHEDULE_FOR_DISABLE", waba_ban_date: "September 27, 2026" },
    }),
    numbers: { stopReason: null },
    alerts: [["account_disabled_update", "critical"]],
  },
  {
    catches: "a ban",
    ...account("DISABLED_UPDATE", { ban_info: { waba_ban_state: "DISABLE" } }),
    numbers: { stopReason: "account" },
    alerts: [
      ["number_stopped", "critical"],
      ["number_stopped", "critical"],
      ["account_disabled_update", "critical"],
    ],
  },
  ...[
    account("PARTNER_ADDED", { waba_info: { waba_id: "waba" } }),
    account("PARTNER_APP_INSTALLED", { waba_info: { waba_id: "waba" } }),
    account("ACCOUNT_RECONNECTED"),
    account("VOLUME_BASED_PRICING_TIER_UPDATE", {
      volume_tier_info: {
        tier_update_time: TIME,
        pricing_category: "UTILITY",
        tier: "25000:50000",
      },
    }),
    account("AD_ACCOUNT_LINKED", { waba_info: { waba_id: "waba", ad_account_linked: "1" } }),
    account("MM_LITE_TERMS_SIGNED", { waba_info: { waba_id: "waba" } }),
    account("BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE", { country: "US" }),
    account("AUTH_INTL_PRICE_ELIGIBILITY_UPDATE", { auth_international_rate_eligibility: {} }),
    account("PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE", {
      partner_client_certification_info: { status: "APPROVED" },
    }),
    account("SOMETHING_OF_2027"),
  ].map((change) => ({
    catches: `${change.value.event}: told, and nothing stops`,
    ...change,
    numbers: { stopReason: null },
    alerts: [[`account_${change.value.event.toLowerCase()}`, "info"] as const],
  })),
];

const told: NoticeFixture[] = [
  {
    catches: "an account that Meta has rejected",
    field: "account_review_update",
    value: { decision: "REJECTED" },
    alerts: [["account_review", "critical"]],
  },
  {
    catches: "a review that went well, for which nobody is alarmed",
    field: "account_review_update",
    value: { decision: "APPROVED" },
    alerts: [["account_review", "info"]],
  },
  ...[
    ["CRITICAL", "critical"],
    ["WARNING", "warning"],
    ["INFORMATIONAL", "info"],
    ["SOMETHING_NEW", "warning"],
  ].map(([given = "", severity = ""]) => ({
    catches: `an alert of severity ${given}`,
    field: "account_alerts",
    value: {
      entity_type: "WABA",
      entity_id: "waba",
      alert_severity: given,
      alert_status: "ACTIVE",
      alert_type: "OBA_APPROVED",
      alert_description: "Something is to be known.",
    },
    alerts: [["account_alert", severity] as const],
  })),
  {
    catches: "an alert with its parts in alert_info",
    field: "account_alerts",
    value: {
      entity_type: "BUSINESS",
      alert_info: {
        alert_severity: "CRITICAL",
        alert_status: "NONE",
        alert_type: "INCREASED_CAPABILITIES_ELIGIBILITY_FAILED",
        alert_description: "It failed.",
      },
    },
    alerts: [["account_alert", "critical"]],
  },
  {
    catches: "settings that somebody changed",
    field: "account_settings_update",
    value: { messaging_product: "whatsapp", timestamp: TIME, type: "phone_number_settings" },
    alerts: [["account_settings", "info"]],
  },
  ...["PIN_CHANGED", "PIN_RESET_REQUEST", "PIN_RESET_SUCCESS"].map((event) => ({
    catches: `a takeover of the number that begins with ${event}`,
    field: "security",
    value: { display_phone_number: shown, event, requester: "61555822107539" },
    alerts: [["number_security", "warning"] as const],
  })),
  {
    catches: "a partner solution, whose entry.id is a business",
    field: "partner_solutions",
    value: { event: "SOLUTION_CREATED", solution_id: "77", solution_status: "INITIATED" },
    alerts: [["partner_solution", "info"]],
  },
  {
    catches: "a payment configuration that stopped working",
    field: "payment_configuration_update",
    value: { configuration_name: "shop", status: "Needs_Testing", updated_timestamp: TIME },
    alerts: [["payment_configuration", "warning"]],
  },
  ...["business_username_update", "business_username_updates"].map((field) => ({
    catches: `the field called ${field}`,
    field,
    value: { display_phone_number: shown, username: "northwind", status: "approved" },
    alerts: [["business_username", "info"] as const],
  })),
  {
    catches: "a deleted username, which has no name",
    field: "business_username_updates",
    value: { display_phone_number: shown, status: "deleted" },
    alerts: [["business_username", "info"]],
  },
  {
    catches: "another app on the number",
    field: "messaging_handovers",
    value: { control_passed: { metadata: "x" } },
    alerts: [["messaging_handover", "warning"]],
  },
  {
    catches: "a flow that fails",
    field: "flows",
    value: { event: "ENDPOINT_ERROR_RATE", message: "Error rate was 14%.", flow_id: "1" },
    alerts: [["flow", "info"]],
  },
];

const preference = (more: object) => ({
  field: "user_preferences",
  value: {
    messaging_product: "whatsapp",
    metadata: { display_phone_number: shown, phone_number_id: "100" },
    contacts: [{ profile: { name: "Ann" }, wa_id: "14155550100" }],
    user_preferences: [
      {
        wa_id: "14155550100",
        user_id: "US.ann",
        detail: "User requested to stop marketing messages",
        category: "marketing_messages",
        value: "stop",
        timestamp: TIME,
        ...more,
      },
    ],
  },
});
const stopped = { marketingStoppedAt: new Date(AT), marketingStopSource: "preference" };
const preferences: NoticeFixture[] = [
  {
    catches: "marketing to somebody who stopped it",
    ...preference({}),
    lead: stopped,
    events: ["lead.updated"],
  },
  {
    catches: "somebody who hides the phone number",
    ...preference({ wa_id: undefined }),
    lead: stopped,
    events: ["lead.updated"],
  },
  {
    catches: "an empty wa_id, as older pages write a hidden number, and a time as text",
    ...preference({ wa_id: "", timestamp: String(TIME) }),
    lead: stopped,
    events: ["lead.updated"],
  },
  {
    catches: "a payload before BSUIDs",
    ...preference({ user_id: undefined }),
    lead: stopped,
    events: ["lead.updated"],
  },
  {
    catches: "resume of somebody who never stopped",
    ...preference({ value: "resume" }),
    lead: { marketingStoppedAt: null, version: 1 },
  },
  {
    catches: "a preference about something else",
    ...preference({ category: "order_updates" }),
    lead: { marketingStoppedAt: null, version: 1 },
  },
  {
    catches: "somebody nobody here knows",
    ...preference({ wa_id: "4915112345678", user_id: "DE.nobody" }),
    lead: { marketingStoppedAt: null, version: 1 },
  },
];

/** From these nothing follows: they are kept as they came. */
const kept: NoticeFixture[] = [
  {
    catches: "a contact of the phone app",
    field: "smb_app_state_sync",
    value: { state_sync: [{ type: "contact", action: "add", contact: { phone_number: "1" } }] },
  },
  {
    catches: "a history that was declined",
    field: "history",
    value: { history: [{ errors: [{ code: 2593109, title: "History sharing is turned off" }] }] },
  },
  {
    catches: "messages that another app answers: nothing of standby wakes the bot",
    field: "standby",
    value: { messages: [{ from: "14155550100", id: "wamid.standby", type: "text" }] },
  },
  {
    catches: "a call of nobody who could be told",
    field: "calls",
    value: { calls: [{ id: "c1", event: "connect" }] },
  },
  { catches: "a detected lead", field: "automatic_events", value: { automatic_events: [{}] } },
  { catches: "a group", field: "group_lifecycle_update", value: { groups: [{}] } },
  { catches: "a field of tomorrow", field: "telepathy_update", value: { mood: "good" } },
];

export const fixtures: readonly NoticeFixture[] = [
  ...templateStatuses,
  ...otherTemplates,
  ...numbers,
  ...accounts,
  ...told,
  ...preferences,
  ...kept,
];
