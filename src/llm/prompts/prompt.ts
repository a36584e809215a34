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

/** Data between `<tag>` and `</tag>`. `<` and `>` inside are escaped, so data cannot close it. */
export function dataBlock(tag: string, data: unknown): string {
  const json = JSON.stringify(data).replaceAll("<", "\\u003c").replaceAll(">", "\\u003e");
  return `<${tag}>\n${json}\n</${tag}>`;
}

/** Our own words in a prompt's system message: all before the first block of data. */
export function instructionsOf({ messages }: Prompt): string {
  const [system] = messages;
  return system?.role === "system" ? (system.content.split(/\n<[a-z]+>\n/)[0] ?? "") : "";
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
