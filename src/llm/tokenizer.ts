import type { Tokenizer } from "../funnel/context-budget.ts";
import { blockJson } from "./prompts/prompt.ts";

const MARK = " […] ";
/** What was meant is often said at the end. */
const SHARE_OF_BEGINNING = 2 / 3;
/** Pieces of words whose tokens are kept; each is some hundred bytes. */
const KEPT_PIECES = 10_000;

/** A lead may write what a model's vocabulary reserves, such as <|endoftext|>: for us it is text. */
const asText = { disallowedSpecial: new Set<string>() };

/** No token is shorter than a byte, so what is small enough in bytes needs no tokenizer. */
export function bytesInPrompt(text: string): number {
  return Buffer.byteLength(blockJson(text));
}

/**
 * OpenAI's newest encoding; other models count within some tenths of it. Loaded when it is first needed: it takes
 * a moment and 90 MB, and most chats are so short that their bytes decide.
 */
export async function loadTokenizer(): Promise<Tokenizer> {
  const { countTokens, encode, decode, setMergeCacheSize } = await import(
    "gpt-tokenizer/encoding/o200k_base"
  );
  setMergeCacheSize(KEPT_PIECES);
  const count = (text: string) => countTokens(blockJson(text).slice(1, -1), asText);
  /** Tokens may begin or end within a character. */
  const textOf = (tokens: number[]) => decode(tokens).replace(/^\uFFFD+|\uFFFD+$/g, "");

  function cut(text: string, tokens: number): string {
    if (bytesInPrompt(text) <= tokens || count(text) <= tokens) return text;
    const all = encode(text, asText);
    let kept = Math.min(tokens, all.length);
    while (kept > 0) {
      const beginning = Math.ceil(kept * SHARE_OF_BEGINNING);
      const end = all.slice(all.length - (kept - beginning));
      const shortened = textOf(all.slice(0, beginning)) + MARK + textOf(end);
      const size = count(shortened);
      if (size <= tokens) return shortened;
      kept = Math.min(kept - 1, Math.floor((kept * tokens) / size));
    }
    return MARK.trim();
  }

  return { count, cut };
}
