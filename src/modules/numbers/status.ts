import { AppError, errorCode } from "../../lib/errors.ts";
import { accessTokenContext } from "../../lib/secret-box.ts";
import type { NumberProblem, NumberStatus, WhatsAppNumber } from "./model.ts";
import { getNumber, type NumbersDeps } from "./service.ts";

interface Told {
  verifiedName: string | null;
  quality: string | null;
  throughput: string | null;
  subscribed: boolean | null;
  problems: NumberProblem[];
}

/**
 * Asks Meta how the number is, now. That Meta refuses or does not answer is a problem in the answer, not a
 * failure of it. Fails with `not_found`.
 */
export async function numberStatus(
  deps: NumbersDeps,
  organizationId: string,
  id: string,
): Promise<NumberStatus> {
  const number = await getNumber(deps.db, deps.publicUrl, organizationId, id);
  const { problems, ...told } = number.connected
    ? await askMeta(deps, organizationId, number)
    : nothingTold(disconnected);
  const { lastWebhookAt } = number;
  return {
    checkedAt: new Date().toISOString(),
    ...told,
    lastWebhookAt,
    problems: [...problems, ...problemsOf(number)],
  };
}

async function askMeta(
  { db, box, meta }: NumbersDeps,
  organizationId: string,
  { id, phoneNumberId, wabaId }: WhatsAppNumber,
): Promise<Told> {
  const row = await db.first<{ accessTokenBox: string }>`
    select access_token_box from integrations
    where organization_id = ${organizationId} and id = ${id}`;
  try {
    const token = box.open(row?.accessTokenBox ?? "", accessTokenContext(id));
    const [facts, subscribed] = await Promise.all([
      meta.readNumber(token, phoneNumberId),
      meta.isSubscribed(token, wabaId),
    ]);
    const problems = [
      ...(subscribed ? [] : [notSubscribed]),
      ...(facts.quality === "RED" ? [lowQuality] : []),
    ];
    const { verifiedName, quality, throughput } = facts;
    return { verifiedName, quality, throughput, subscribed, problems };
  } catch (error) {
    if (errorCode(error) === "whatsapp_unavailable") return nothingTold(unavailable);
    if (!(error instanceof AppError)) throw error;
    return nothingTold({ ...refused, message: error.message });
  }
}

const nothingTold = (problem: NumberProblem): Told => ({
  verifiedName: null,
  quality: null,
  throughput: null,
  subscribed: null,
  problems: [problem],
});

/** What our own rows say. */
function problemsOf({ connected, pausedUntil, lastWebhookAt }: WhatsAppNumber): NumberProblem[] {
  if (!connected) return [];
  return [...(pausedUntil ? [paused] : []), ...(lastWebhookAt ? [] : [noWebhook])];
}

const disconnected: NumberProblem = {
  code: "disconnected",
  message: "The number is disconnected.",
  fix: "Connect it again; its chats go on.",
};
const unavailable: NumberProblem = {
  code: "meta_unavailable",
  message: "Meta does not answer as it should.",
  fix: "Nothing to do here; look again in a few minutes.",
};
const refused: NumberProblem = {
  code: "access_refused",
  message: "Meta refuses the access token.",
  fix: "Make a new token for a system user of the account and rotate it in here.",
};
const notSubscribed: NumberProblem = {
  code: "not_subscribed",
  message: "The account's webhooks do not reach the app.",
  fix: "Rotate the token in again, which subscribes the app, or subscribe it in Meta's settings.",
};
const lowQuality: NumberProblem = {
  code: "quality_low",
  message: "Meta rates the number RED: too many people block or report it.",
  fix: "Send fewer templates and only to people who asked for them.",
};
const paused: NumberProblem = {
  code: "sends_paused",
  message: "Several sends in a row had no clear answer; the number waits a little.",
  fix: "Nothing to do; it goes on by itself. Look at the messages that are in doubt.",
};
const noWebhook: NumberProblem = {
  code: "no_webhook_yet",
  message: "No webhook has come for this number yet.",
  fix: "Enter webhookUrl and the verify token in the Meta app, subscribe to `messages`, then write to the number.",
};
