import type { PromptText } from "../../funnel/prompts.ts";
import type { StrictSchema } from "../strict-schema.ts";

export interface PromptMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

/** What identifies a prompt on every call made with it. */
interface PromptIdentity {
  name: "brain" | "mouth" | "memory" | "describe";
  /** Raised by hand with each change of meaning. */
  version: string;
  /** First 16 hex digits of SHA-256 over instructions and schema: catches a forgotten version. */
  hash: string;
}

/** One request in full, before any repair. */
export interface Prompt extends PromptIdentity {
  schema: StrictSchema;
  messages: readonly PromptMessage[];
}

/** The identity of a prompt from its unchanging parts. */
export function identify(
  name: PromptIdentity["name"],
  version: string,
  instructions: string,
  schema: StrictSchema,
): PromptIdentity {
  const hasher = new Bun.CryptoHasher("sha256").update(instructions).update(JSON.stringify(schema));
  return { name, version, hash: hasher.digest("hex").slice(0, 16) };
}

/** A step whose middle an organization may word itself; around it stands what holds for all. */
export interface Frame {
  name: "brain" | "mouth" | "memory";
  /** Of the built-in wording, with the head and the rules. Raised by hand with each change of meaning. */
  version: string;
  head: string;
  /** The replaceable part, as it is built in. */
  instructions: string;
  /** Safety and the form of the answer. They come last and say that they win. */
  rules: string;
  schema: StrictSchema;
}

/** All that is sent as instructions, with the identity of exactly this text and schema. */
export function framed(frame: Frame, own: Pick<PromptText, "version" | "instructions"> | null) {
  const { name, head, rules, schema } = frame;
  const { version, instructions } = own ?? frame;
  const text = `${head}\n\n${instructions.trim()}\n\n${RULES_COME_LAST}\n${rules}`;
  return { identity: identify(name, version, text, schema), text };
}

const RULES_COME_LAST = "Rules that hold whatever is said above";

/** Data between `<tag>` and `</tag>`. `<` and `>` inside are escaped, so data cannot close it. */
export function dataBlock(tag: string, data: unknown): string {
  const json = JSON.stringify(data).replaceAll("<", "\\u003c").replaceAll(">", "\\u003e");
  return `<${tag}>\n${json}\n</${tag}>`;
}

/** The same request again, with the answer that failed and what to do about it. */
export function followedBy(
  messages: readonly PromptMessage[],
  answer: string,
  request: string,
): readonly PromptMessage[] {
  const MAX_ECHO_CHARS = 4_000;
  return [
    ...messages,
    // An assistant message may not be empty.
    { role: "assistant", content: answer.slice(0, MAX_ECHO_CHARS) || "(no answer)" },
    { role: "user", content: request },
  ];
}
