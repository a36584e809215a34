import { createBoundedMap } from "../bounded.ts";

/** OpenAI caches in steps of 128 tokens from 1,024 on; here from 128, so that short prompts show it. */
const CACHE_STEP_TOKENS = 128;
const CHARS_PER_TOKEN = 4;
const MAX_PREFIXES = 20_000;

/** A rough count: four characters a token. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / CHARS_PER_TOKEN);
}

/** Tells how many tokens of a prompt's beginning were seen before with that model. */
export interface PrefixCache {
  cachedTokens(model: string, prompt: string): number;
}

export function createPrefixCache(): PrefixCache {
  const seen = createBoundedMap<string, true>(MAX_PREFIXES);
  return {
    cachedTokens(model, prompt) {
      const stepChars = CACHE_STEP_TOKENS * CHARS_PER_TOKEN;
      const hasher = new Bun.CryptoHasher("sha256").update(model);
      let cached = 0;
      for (let end = stepChars; end <= prompt.length; end += stepChars) {
        hasher.update(prompt.slice(end - stepChars, end));
        const key = hasher.copy().digest("base64");
        if (seen.has(key)) cached = end / CHARS_PER_TOKEN;
        seen.set(key, true);
      }
      return cached;
    },
  };
}
