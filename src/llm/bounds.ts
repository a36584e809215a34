import type { CallBounds } from "../funnel/turn.ts";
import type { PromptMessage } from "./prompts/prompt.ts";
import type { StrictSchema } from "./strict-schema.ts";

/** Room for hidden reasoning as well; the answers themselves are a few hundred tokens. */
export const MAX_OUTPUT_TOKENS = 4_000;

/** Around each message, for its role and its ends. */
const TOKENS_BESIDE_MESSAGE = 16;
/** The dearest counting of a large picture that any model is known for. */
const TOKENS_OF_PICTURE = 50_000;
/** No codec that WhatsApp sends speech in is thinner: 4 kbit/s. */
const MIN_BYTES_PER_SECOND = 500;
/** Twice what models that hear count. */
const TOKENS_PER_SECOND_HEARD = 20;

const bytesOf = (text: string) => Buffer.byteLength(text, "utf8");

/** A question's bounds, of what is sent with it: a token is never less than a byte. */
export function boundsOfQuestion(question: {
  messages: readonly PromptMessage[];
  schema: StrictSchema;
  image?: string | undefined;
  maxOutputTokens: number;
}): CallBounds {
  const { messages, schema, image, maxOutputTokens } = question;
  const inMessages = messages.reduce(
    (sum, { content }) => sum + bytesOf(content) + TOKENS_BESIDE_MESSAGE,
    0,
  );
  return {
    inputTokens:
      inMessages + bytesOf(JSON.stringify(schema)) + (image === undefined ? 0 : TOKENS_OF_PICTURE),
    outputTokens: maxOutputTokens,
    audioTokens: 0,
    audioSeconds: 0,
  };
}

/** A recording's bounds, of its size. */
export function boundsOfRecording(bytes: number): CallBounds {
  const seconds = Math.ceil(bytes / MIN_BYTES_PER_SECOND);
  const tokens = seconds * TOKENS_PER_SECOND_HEARD;
  return {
    inputTokens: tokens,
    outputTokens: MAX_OUTPUT_TOKENS,
    audioTokens: tokens,
    audioSeconds: seconds,
  };
}
