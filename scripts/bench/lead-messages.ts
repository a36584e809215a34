import { newId } from "../../src/lib/ids.ts";
import { signBody } from "../../src/whatsapp/signature.ts";

export interface BenchNumber {
  phoneNumberId: string;
  wabaId: string;
  portfolioId: string;
  displayPhoneNumber: string;
  accessToken: string;
}

export interface SignedWebhook {
  /** Phone digits of the lead who wrote. */
  from: string;
  body: string;
  signature: string;
}

const QUESTIONS = [
  "Hi, how much is a system for a house with four people?",
  "Hello! Do you also install in Boulder, and how long does it take?",
  "Good morning, what does the battery cost on its own?",
  "Hey, is the site visit really free? We live near Denver.",
];

/** A webhook with one text message as Meta sends it, of about 700 bytes. */
export function webhookBody(number: BenchNumber, lead: number, writtenAt: Date) {
  // The simulator takes ids that end in six zeros for people without WhatsApp.
  const from = String(14_155_500_001 + lead);
  const [sentence = ""] = QUESTIONS.slice(lead % QUESTIONS.length);
  const message = {
    from,
    from_user_id: `US.${from}${from.slice(1)}`,
    id: `wamid.HBgL${from}FQIAEhg${newId().replaceAll("-", "").toUpperCase()}AA==`,
    timestamp: String(Math.floor(writtenAt.getTime() / 1_000)),
    type: "text",
    text: { body: sentence },
  };
  const value = {
    messaging_product: "whatsapp",
    metadata: {
      display_phone_number: number.displayPhoneNumber.replaceAll(/\D/g, ""),
      phone_number_id: number.phoneNumberId,
    },
    contacts: [
      {
        profile: { name: `Lead ${lead}`, username: `lead.${lead}` },
        wa_id: from,
        user_id: message.from_user_id,
      },
    ],
    messages: [message],
  };
  const body = {
    object: "whatsapp_business_account",
    entry: [{ id: number.wabaId, changes: [{ value, field: "messages" }] }],
  };
  return { from, body };
}

/** The same, in bytes with its signature. */
export function signedWebhook(
  appSecret: string,
  number: BenchNumber,
  lead: number,
  writtenAt: Date,
): SignedWebhook {
  const { from, body: parsed } = webhookBody(number, lead, writtenAt);
  const body = JSON.stringify(parsed);
  return { from, body, signature: signBody(appSecret, new TextEncoder().encode(body)) };
}
