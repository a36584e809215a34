/**
 * What a Graph API error means for the message that met it.
 * - `retry_later`: refused before processing, for pace or for now; the same message may be sent again.
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
  /** Of `retry_later`: not before this has passed. */
  waitMs?: number;
  /** Of `retry_later`: tries in all, where that is fewer than for others. */
  maxTries?: number;
}

/** Why Meta takes nothing of a number any more. */
type NumberTrouble = "access" | "registration" | "account" | "payment";

/** What a refusal changes beyond the message that met it. */
export type GraphErrorEffect =
  /** Nothing of the number goes out until somebody has put it right. */
  | { kind: "stop_number"; reason: NumberTrouble }
  /** The bot is silent on this number for a while; people may go on. */
  | { kind: "pause_bot" }
  /** Meta sends the template no more: it is `PAUSED`, or `DISABLED` for good. */
  | { kind: "withdraw_template"; status: "PAUSED" | "DISABLED" }
  /** This person gets no marketing any more. */
  | { kind: "stop_marketing" }
  /** Nothing goes to this person for a while. */
  | { kind: "hold_recipient" };

type Row = readonly [
  code: number,
  kind: GraphErrorClass,
  title: string,
  action: string,
  retry?: Pick<GraphErrorRow, "waitMs" | "maxTries">,
];

/** A marketing template reaches Meta's other systems within this (whatsapp.md 8). */
const TEMPLATE_SYNC_MS = 10 * 60_000;
/** A file that cannot be fetched or read may be there at the next look; it is not fetched for ever. */
const FEW_TRIES = 3;

const WAIT = "Nothing to do: it is sent again by itself.";
const CHECK_BY_STATUS = "Wait for the status that echoes our id; else resend by hand.";
const RENEW_TOKEN = "Store a valid system-user token for this number.";
const GRANT = "Give the app the WhatsApp messaging and management permissions.";
const REGISTER = "Register the number again in WhatsApp Manager.";
const FIX_REQUEST = "Report it: Leadline built a request that Meta refuses.";
const FIX_TEMPLATE = "Correct the template or its parameters.";
const OTHER_CHANNEL = "Reach this person another way.";
const FIX_FLOW = "Correct the flow in WhatsApp Manager, then publish it again.";
const ONCE_IN_24_HOURS =
  "It works once, within 24 hours of onboarding: offboard the number, then onboard it again.";

const rows: readonly Row[] = [
  [4, "retry_later", "App call limit reached", WAIT],
  [429, "retry_later", "Too many requests (HTTP)", WAIT],
  [80007, "retry_later", "Account call limit reached", WAIT],
  [130429, "retry_later", "Number's throughput exceeded", WAIT],
  [131056, "retry_later", "Too many messages to one person", WAIT],
  [131208, "retry_later", "Too many messages to one group", WAIT],
  [
    134101,
    "retry_later",
    "Template still syncing",
    "Nothing to do: it is sent again after ten minutes.",
    { waitMs: TEMPLATE_SYNC_MS },
  ],
  [
    131053,
    "retry_later",
    "Media upload failed",
    "Check the file's type and size, and that its address opens for Meta.",
    { maxTries: FEW_TRIES },
  ],

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
  [134102, "template", "Template unavailable for marketing", FIX_TEMPLATE],
  [132000, "template", "Parameter count does not match", FIX_TEMPLATE],
  [132001, "template", "Template missing in that language", "Synchronise the templates."],
  [132005, "template", "Translated text too long", FIX_TEMPLATE],
  [132007, "template", "Template breaks a policy", FIX_TEMPLATE],
  [132008, "template", "Parameter value invalid", FIX_TEMPLATE],
  [132012, "template", "Parameter format does not match", FIX_TEMPLATE],
  [132016, "template", "Template disabled for good", "Make a new template."],
  [132018, "template", "Parameters invalid", FIX_TEMPLATE],
  [2388019, "template", "Limit of templates reached", "Delete templates that nobody uses."],
  [2388039, "template", "Template's status does not allow it", "Wait for Meta's review."],
  [2388040, "template", "Template's field too long", FIX_TEMPLATE],
  [2388047, "template", "Header's format wrong", FIX_TEMPLATE],
  [2388072, "template", "Body's format wrong", FIX_TEMPLATE],
  [2388073, "template", "Footer's format wrong", FIX_TEMPLATE],
  [2388293, "template", "Too many variables for so few words", FIX_TEMPLATE],
  [2388299, "template", "A variable at the start or the end", FIX_TEMPLATE],

  [100, "ours", "Invalid parameter", FIX_REQUEST],
  [131008, "ours", "Required parameter missing", FIX_REQUEST],
  [131009, "ours", "Parameter value invalid", FIX_REQUEST],
  [131020, "ours", "Group unknown", FIX_REQUEST],
  [131041, "ours", "Group not allowed", FIX_REQUEST],
  [131051, "ours", "Message type not supported", FIX_REQUEST],
  [131052, "ours", "Inbound media not downloadable", "Ask the person to send it again."],
  [131059, "ours", "Pagination cursor invalid", FIX_REQUEST],
  [131060, "ours", "Message unavailable", "Ask the person to send it again."],
  [135000, "ours", "Generic parameter error", FIX_REQUEST],
  [136024, "ours", "A step of the number's registration failed", REGISTER],
  [139000, "ours", "Flow not published: integrity check failed", FIX_FLOW],
  [139001, "ours", "Flow could not be changed", FIX_FLOW],
  [139002, "ours", "Flow could not be published", FIX_FLOW],
  [139003, "ours", "Flow could not be deprecated", FIX_FLOW],
  [139004, "ours", "Flow could not be deleted", FIX_FLOW],
  [139100, "ours", "Blocking people failed", "Try again with fewer people at once."],
  [139101, "ours", "The list of blocked people is full", "Unblock somebody first."],
  [139102, "ours", "The list of blocked people changed meanwhile", "Try again."],
  [139103, "ours", "Blocking people failed at Meta", "Try again later."],
  [2593107, "ours", "Synchronisation was asked for already", ONCE_IN_24_HOURS],
  [2593108, "ours", "Synchronisation was asked for too late", ONCE_IN_24_HOURS],
  [2593109, "ours", "Synchronisation is not possible", ONCE_IN_24_HOURS],
];

/** Every code we have a word for. */
export const graphErrors: ReadonlyMap<number, GraphErrorRow> = new Map(
  rows.map(([code, kind, title, action, retry]) => [
    code,
    { class: kind, title, action, ...retry },
  ]),
);

/** Codes that Meta gives out in blocks; a code with a row of its own is not looked for here. */
const blocks: readonly (readonly [first: number, last: number, row: GraphErrorRow])[] = [
  [200, 299, { class: "auth", title: "Permission missing", action: GRANT }],
  [131_200, 131_299, { class: "ours", title: "Group refused", action: FIX_REQUEST }],
  [2_388_000, 2_388_999, { class: "template", title: "Template refused", action: FIX_TEMPLATE }],
];

const unlisted: GraphErrorRow = { class: "ours", title: "Unlisted error", action: FIX_REQUEST };

/** Whether a code is Meta's word for something we know, by itself or as one of a block. */
export function isListed(code: number): boolean {
  return graphError(code) !== unlisted;
}

/** What a code means (whatsapp.md 8); an unlisted one counts as our own mistake. */
export function graphError(code: number): GraphErrorRow {
  const block = blocks.find(([first, last]) => code >= first && code <= last);
  return graphErrors.get(code) ?? block?.[2] ?? unlisted;
}

const ACCOUNT = [368, 131031];
const REGISTRATION = [33, 131037, 131045];
const PAIR_LIMIT = 131056;
const TEMPLATE_PAUSED = 132015;
const TEMPLATE_DISABLED = 132016;
const NUMBER_SLOWED = [131048, 131064];

/** What follows from a code beyond its message; null: nothing does. */
export function graphErrorEffect(code: number): GraphErrorEffect | null {
  const { class: kind } = graphError(code);
  if (kind === "auth" || kind === "account") return { kind: "stop_number", reason: trouble(code) };
  if (kind === "opted_out") return { kind: "stop_marketing" };
  if (code === PAIR_LIMIT) return { kind: "hold_recipient" };
  if (NUMBER_SLOWED.includes(code)) return { kind: "pause_bot" };
  if (code === TEMPLATE_PAUSED) return { kind: "withdraw_template", status: "PAUSED" };
  if (code === TEMPLATE_DISABLED) return { kind: "withdraw_template", status: "DISABLED" };
  return null;
}

/** Codes of which something follows that is not done with the message itself, with those of blocks. */
export const codesWithEffect: readonly number[] = [
  ...graphErrors.keys(),
  ...Array.from({ length: 100 }, (_, at) => 200 + at),
].filter((code) => {
  const kind = graphErrorEffect(code)?.kind;
  return kind !== undefined && kind !== "hold_recipient";
});

function trouble(code: number): NumberTrouble {
  if (graphError(code).class === "account") return ACCOUNT.includes(code) ? "account" : "payment";
  const isRegistration = REGISTRATION.includes(code) || (code >= 133_000 && code < 134_000);
  return isRegistration ? "registration" : "access";
}
