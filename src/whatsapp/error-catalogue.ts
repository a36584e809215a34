/**
 * What a Graph API error means for the message that met it.
 * - `retry_later`: refused before processing for pace; the same message may be sent again.
 * - `unknown`: Meta may have taken it all the same; never sent again blindly.
 * - `window_closed`: more than 24 h since the lead wrote; only a template may go.
 * - `auth`: token, permission or registration; nothing of this number will go out.
 * - `account`: restricted, locked or unpaid; nothing of this number will go out.
 * - `paused`: Meta slows this number or template for quality; sending on makes it worse.
 * - `recipient`: this person cannot be reached this way.
 * - `opted_out`: this person told WhatsApp to stop marketing.
 * - `template`: the template, flow or marketing set-up must change first.
 * - `ours`: the request was wrong; only a fix helps.
 */
export type GraphErrorClass =
  | "retry_later"
  | "unknown"
  | "window_closed"
  | "auth"
  | "account"
  | "paused"
  | "recipient"
  | "opted_out"
  | "template"
  | "ours";

export interface GraphErrorRow {
  class: GraphErrorClass;
  title: string;
  /** What the person who reads the alert should do. */
  action: string;
}

type Row = readonly [code: number, kind: GraphErrorClass, title: string, action: string];

const WAIT = "Nothing to do: it is sent again by itself.";
const CHECK_BY_STATUS = "Wait for the status that echoes our id; else resend by hand.";
const RENEW_TOKEN = "Store a valid system-user token for this number.";
const GRANT = "Give the app the WhatsApp messaging and management permissions.";
const REGISTER = "Register the number again in WhatsApp Manager.";
const FIX_REQUEST = "Report it: Leadline built a request that Meta refuses.";
const FIX_TEMPLATE = "Correct the template or its parameters.";
const OTHER_CHANNEL = "Reach this person another way.";

const rows: readonly Row[] = [
  [4, "retry_later", "App call limit reached", WAIT],
  [429, "retry_later", "Too many requests (HTTP)", WAIT],
  [80007, "retry_later", "Account call limit reached", WAIT],
  [130429, "retry_later", "Number's throughput exceeded", WAIT],
  [131056, "retry_later", "Too many messages to one person", WAIT],

  [1, "unknown", "Unknown API error", CHECK_BY_STATUS],
  [2, "unknown", "Graph API temporarily down", CHECK_BY_STATUS],
  [131000, "unknown", "Something went wrong at Meta", CHECK_BY_STATUS],
  [131016, "unknown", "Service unavailable", CHECK_BY_STATUS],
  [131057, "unknown", "Number in maintenance or upgrade", CHECK_BY_STATUS],
  [133004, "unknown", "Server temporarily unavailable", CHECK_BY_STATUS],
  [2494100, "unknown", "Number in maintenance", CHECK_BY_STATUS],

  [131047, "window_closed", "More than 24 hours since the lead wrote", "Send a template."],

  [0, "auth", "Token invalid or expired", RENEW_TOKEN],
  [102, "auth", "Token's session ended", RENEW_TOKEN],
  [104, "auth", "Token missing", RENEW_TOKEN],
  [190, "auth", "Token expired", RENEW_TOKEN],
  [401, "auth", "Not authorised (HTTP)", RENEW_TOKEN],
  [3, "auth", "Capability or permission missing", GRANT],
  [10, "auth", "Permission not granted or removed", GRANT],
  [403, "auth", "Forbidden (HTTP)", GRANT],
  [131005, "auth", "Access denied", GRANT],
  [33, "auth", "Phone number id unknown or deleted", "Connect the number again."],
  [131037, "auth", "Display name not approved", "Get the number's display name approved."],
  [131045, "auth", "Number not registered", REGISTER],
  [133000, "auth", "Deregistration incomplete", REGISTER],
  [133005, "auth", "Two-step PIN mismatch", REGISTER],
  [133006, "auth", "Number needs verification", REGISTER],
  [133008, "auth", "Too many PIN guesses", "Wait, then register with the right PIN."],
  [133009, "auth", "PIN guessed too fast", "Wait, then register with the right PIN."],
  [133010, "auth", "Number not registered", REGISTER],
  [133015, "auth", "Number deleted recently", "Wait five minutes, then register again."],
  [133016, "auth", "Registered too often", "Wait 72 hours, then register again."],

  [368, "account", "Account restricted for a policy violation", "Read Account quality; appeal."],
  [131031, "account", "Account locked", "Read Account quality; appeal."],
  [131042, "account", "Payment problem", "Add or repair the payment method."],
  [134011, "account", "Payments terms not accepted", "Accept the terms in Business settings."],

  [131048, "paused", "Spam rate limit", "Stop campaigns; look at quality and blocks."],
  [131064, "paused", "Limited for misclassified templates", "Correct template categories."],
  [132015, "paused", "Template paused for quality", "Improve the template or use another."],
  [132068, "paused", "Flow blocked", "Repair the flow."],
  [132069, "paused", "Flow throttled", "Repair the flow."],

  [130403, "recipient", "We blocked this person", "Unblock them to write again."],
  [130472, "recipient", "Person is part of an experiment", OTHER_CHANNEL],
  [130497, "recipient", "Country not allowed for this business", OTHER_CHANNEL],
  [131021, "recipient", "Recipient is the sender", OTHER_CHANNEL],
  [131026, "recipient", "Undeliverable", OTHER_CHANNEL],
  [131030, "recipient", "Not in the test number's allowed list", "Add them, or use a real number."],
  [131049, "recipient", "Marketing cap of this person reached", "Wait at least 24 hours."],
  [131062, "recipient", "Not allowed without a phone number", "Ask this person for their number."],
  [137000, "recipient", "Identity changed", "Confirm the person, then send again."],

  [131050, "opted_out", "Person stopped marketing messages", "Never send them marketing again."],

  [131055, "template", "Wrong API for marketing", "Use the marketing messages API."],
  [131063, "template", "Marketing disabled on Cloud API", "Use the marketing messages API."],
  [134100, "template", "Only marketing templates allowed", FIX_TEMPLATE],
  [134101, "template", "Template still syncing", "Wait ten minutes."],
  [134102, "template", "Template unavailable for marketing", FIX_TEMPLATE],
  [132000, "template", "Parameter count does not match", FIX_TEMPLATE],
  [132001, "template", "Template missing in that language", "Synchronise the templates."],
  [132005, "template", "Translated text too long", FIX_TEMPLATE],
  [132007, "template", "Template breaks a policy", FIX_TEMPLATE],
  [132008, "template", "Parameter value invalid", FIX_TEMPLATE],
  [132012, "template", "Parameter format does not match", FIX_TEMPLATE],
  [132016, "template", "Template disabled for good", "Make a new template."],
  [132018, "template", "Parameters invalid", FIX_TEMPLATE],

  [100, "ours", "Invalid parameter", FIX_REQUEST],
  [131008, "ours", "Required parameter missing", FIX_REQUEST],
  [131009, "ours", "Parameter value invalid", FIX_REQUEST],
  [131020, "ours", "Group unknown", FIX_REQUEST],
  [131041, "ours", "Group not allowed", FIX_REQUEST],
  [131051, "ours", "Message type not supported", FIX_REQUEST],
  [131052, "ours", "Inbound media not downloadable", "Ask the person to send it again."],
  [131053, "ours", "Media upload failed", "Check the file's type and size."],
  [131059, "ours", "Pagination cursor invalid", FIX_REQUEST],
  [131060, "ours", "Message unavailable", "Ask the person to send it again."],
  [135000, "ours", "Generic parameter error", FIX_REQUEST],
];

/** Every code we have a word for. */
export const graphErrors: ReadonlyMap<number, GraphErrorRow> = new Map(
  rows.map(([code, kind, title, action]) => [code, { class: kind, title, action }]),
);

const permission: GraphErrorRow = { class: "auth", title: "Permission missing", action: GRANT };
const unlisted: GraphErrorRow = { class: "ours", title: "Unlisted error", action: FIX_REQUEST };

/** What a code means; 200–299 are all permissions, an unlisted code counts as our own mistake. */
export function graphError(code: number): GraphErrorRow {
  return graphErrors.get(code) ?? (code >= 200 && code <= 299 ? permission : unlisted);
}
