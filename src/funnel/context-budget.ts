/** How much of a prompt a text takes; or something that is never less. */
export type Count = (text: string) => number;

/** Counts and cuts text as a model does. */
export interface Tokenizer {
  /** Tokens of the text as it stands in a prompt. */
  count: Count;
  /** The beginning and the end of the text, with a mark where it was cut; of at most that many tokens. */
  cut(text: string, tokens: number): string;
}

/** A message as far as its size matters. */
interface Sized {
  text: string;
  quoted: string | null;
  isNew: boolean;
}

/** Tokens that the chat may take in a prompt, its JSON included. */
export const CHAT_TOKENS = 4_000;
/** Of these, what the messages to answer may take: something of what came before stays in view. */
const NEW_SHARE = 0.75;
/** Keys, author, kind and time of one message. */
const FRAME_TOKENS = 45;
/** What was answered before is there for the thread of the talk. */
const OLD_TEXT_TOKENS = 400;
const QUOTED_TOKENS = 150;
/** Beyond that the oldest of the new ones become one message: so many frames would leave no room for words. */
const NEW_MESSAGES = 30;

/** Whether all of it fits. */
export function chatFits(messages: readonly Sized[], count: Count): boolean {
  return sumOf(messages.map(sizeBy(count))) <= CHAT_TOKENS;
}

/**
 * The messages, oldest first, within `CHAT_TOKENS`: as they are if they fit. Else all that are new stay, the
 * longest of them cut; of the others the newest, cut where they are long, as many as there is room for.
 */
export function fitChat<Message extends Sized>(
  messages: readonly Message[],
  tokenizer: Tokenizer,
): readonly Message[] {
  const sizeOf = sizeBy(tokenizer.count);
  if (chatFits(messages, tokenizer.count)) return messages;
  const short = gathered(messages).map((message) => ({
    ...message,
    text: message.isNew ? message.text : tokenizer.cut(message.text, OLD_TEXT_TOKENS),
    quoted: message.quoted && tokenizer.cut(message.quoted, QUOTED_TOKENS),
  }));
  const fitted = cutLongest(short, tokenizer);
  let left = CHAT_TOKENS - sumOf(fitted.filter(({ isNew }) => isNew).map(sizeOf));
  const kept = new Set<Message>();
  for (const message of fitted.toReversed()) {
    if (!message.isNew) left -= sizeOf(message);
    if (message.isNew || left >= 0) kept.add(message);
  }
  return fitted.filter((message) => kept.has(message));
}

function sizeBy(count: Count) {
  return ({ text, quoted }: Sized) => FRAME_TOKENS + count(text) + count(quoted ?? "");
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}

/** A flood of new messages as few: the oldest of them in one, line by line. */
function gathered<Message extends Sized>(messages: readonly Message[]): readonly Message[] {
  const fresh = messages.filter(({ isNew }) => isNew);
  const oldest = fresh.slice(0, Math.max(0, fresh.length - NEW_MESSAGES + 1));
  const [first] = oldest;
  if (first === undefined || oldest.length < 2) return messages;
  const text = oldest.map((message) => message.text).join("\n");
  const others = new Set(oldest.slice(1));
  return messages.flatMap((message) =>
    message === first ? [{ ...first, text }] : others.has(message) ? [] : [message],
  );
}

/** Cuts the longest of the new texts to one length, so that all of them fit and the short ones stay whole. */
function cutLongest<Message extends Sized>(
  messages: readonly Message[],
  tokenizer: Tokenizer,
): readonly Message[] {
  const fresh = messages.filter(({ isNew }) => isNew);
  const frames = sumOf(fresh.map(({ quoted }) => FRAME_TOKENS + tokenizer.count(quoted ?? "")));
  const sizes = fresh.map(({ text }) => tokenizer.count(text));
  const longest = levelOf(sizes, CHAT_TOKENS * NEW_SHARE - frames);
  return messages.map((message) =>
    message.isNew ? { ...message, text: tokenizer.cut(message.text, longest) } : message,
  );
}

/** The highest level at which what lies below it sums up to no more than `room`. */
function levelOf(sizes: readonly number[], room: number): number {
  let left = Math.max(0, room);
  const rising = sizes.toSorted((one, other) => one - other);
  for (const [index, size] of rising.entries()) {
    const share = left / (rising.length - index);
    if (size > share) return Math.floor(share);
    left -= size;
  }
  return Number.POSITIVE_INFINITY;
}
