import type { StopReason } from "../../db/schema/organizations.ts";
import type { NumberProblem } from "./model.ts";
import type { Picture } from "./picture.ts";
import { NEEDED_SCOPES } from "./verify.ts";

/** So early that somebody can still make a new token at leisure. */
const EXPIRES_SOON_MS = 7 * 24 * 60 * 60 * 1_000;

export const disconnected: NumberProblem = {
  code: "disconnected",
  message: "The number is disconnected.",
  fix: "Connect it again; its chats go on.",
};

export const metaAway: NumberProblem = {
  code: "meta_unavailable",
  message: "Meta does not answer as it should: this is what it said at `checkedAt`.",
  fix: "Nothing to do here; look again in a few minutes.",
};

export const tokenUnreadable: NumberProblem = {
  code: "token_unreadable",
  message: "The stored access token cannot be decrypted, so nothing can be sent.",
  fix: "Rotate a token in, or have the operator put its key back into ENCRYPTION_KEYS.",
};

export const paused: NumberProblem = {
  code: "sends_paused",
  message: "Several sends in a row had no clear answer; the number waits a little.",
  fix: "Nothing to do; it goes on by itself. Look at the messages that are in doubt.",
};

export const botPaused: NumberProblem = {
  code: "bot_paused",
  message:
    "Meta slows the number down, as people block or report it: the bot is silent for a while.",
  fix: "Write to fewer people, only to those who asked for it; the bot goes on by itself.",
};

const GOES_ON = "What waits is sent then.";

const stopFixes: Readonly<Record<StopReason, string>> = {
  access: `Rotate in a valid token with both WhatsApp permissions. ${GOES_ON}`,
  registration: `Register the number in WhatsApp Manager, then look at this status again. ${GOES_ON}`,
  account: `Read Account quality in WhatsApp Manager and appeal; once Meta has lifted it, look at this status again. ${GOES_ON}`,
  payment: `Add or repair the payment method in WhatsApp Manager, then look at this status again. ${GOES_ON}`,
};

/** Nothing goes out, for what Meta said when it refused the number. */
export function stopped(reason: StopReason, text: string): NumberProblem {
  return { code: "sends_stopped", message: text, fix: stopFixes[reason] };
}

export const noWebhook: NumberProblem = {
  code: "no_webhook_yet",
  message: "No webhook has come for this number yet.",
  fix: "Enter webhookUrl and the verify token in the Meta app, subscribe it to `messages`, check the app secret, then write to the number.",
};

/** `names`: templates that Meta does not let out, as people know them. */
export function templatesUnsendable(names: readonly string[]): NumberProblem {
  return {
    code: "templates_unsendable",
    message: `Meta does not let out: ${names.join(", ")}.`,
    fix: "Read what is wrong with each under Templates, then edit it or take another one.",
  };
}

export const templatesUnread: NumberProblem = {
  code: "templates_unread",
  message: "Meta's list of templates has not been read for over an hour.",
  fix: "See that a worker runs and that the token may manage the account; or synchronise by hand.",
};

/** What is wrong by Meta's own words. */
export function ofPicture(
  { refusal, tokenExpiresAt, scopes, subscribed, missingFields, quality, ...health }: Picture,
  now: Date,
): NumberProblem[] {
  const leftMs = tokenExpiresAt === null ? Infinity : Date.parse(tokenExpiresAt) - now.getTime();
  const lacks = NEEDED_SCOPES.filter((scope) => scopes !== null && !scopes.includes(scope));
  return [
    ...(refusal === null ? [] : [{ ...accessRefused, message: refusal }]),
    ...(leftMs < EXPIRES_SOON_MS ? [tokenExpires] : []),
    ...(lacks.length === 0
      ? []
      : [{ ...permissionMissing, message: `The token lacks ${lacks.join(" and ")}.` }]),
    ...(subscribed === false ? [notSubscribed] : []),
    ...(missingFields?.length
      ? [{ ...fieldsMissing, message: `Meta does not tell ${missingFields.join(", ")}.` }]
      : []),
    ...(quality === "RED" ? [qualityLow] : []),
    ...healthProblems(health),
  ];
}

function healthProblems({
  canSend,
  sendObstacles,
}: Pick<Picture, "canSend" | "sendObstacles">): NumberProblem[] {
  if (canSend !== "BLOCKED" && canSend !== "LIMITED") return [];
  const message = [`Meta: sending is ${canSend}.`, ...sendObstacles].join(" ");
  const fix = "Put right what Meta names, in WhatsApp Manager; then look at this status again.";
  return [{ code: canSend === "BLOCKED" ? "sends_blocked" : "sends_limited", message, fix }];
}

const fieldsMissing: Omit<NumberProblem, "message"> = {
  code: "fields_missing",
  fix: "Subscribe the app to them in Meta's settings, under WhatsApp, Configuration.",
};

const accessRefused: Omit<NumberProblem, "message"> = {
  code: "access_refused",
  fix: "Make a new token for a system user of the account and rotate it in; check the account in WhatsApp Manager.",
};

const tokenExpires: NumberProblem = {
  code: "token_expires",
  message: "The access token ends within a week, or has ended.",
  fix: "Make one that never expires, for a system user, and rotate it in.",
};

const permissionMissing: Omit<NumberProblem, "message"> = {
  code: "permission_missing",
  fix: "Make a token with both WhatsApp permissions and rotate it in.",
};

const notSubscribed: NumberProblem = {
  code: "not_subscribed",
  message: "The account's webhooks do not reach the token's app: leads are not heard.",
  fix: "Rotate the token in again, which subscribes the app, or subscribe it in Meta's settings.",
};

const qualityLow: NumberProblem = {
  code: "quality_low",
  message: "Meta rates the number RED: too many people block or report it.",
  fix: "Send fewer templates and only to people who asked for them.",
};
