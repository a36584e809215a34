import { newId } from "../../lib/ids.ts";
import type { Identity } from "../deps.ts";
import { type GraphRefusal, refusal } from "./errors.ts";

/** Access tokens of the simulated numbers. Play money, not secrets. */
export interface Tokens {
  /** The numbers that whoever sends this header may use; none for a token that is not good. */
  numbersOf(authorization: string | undefined): readonly Identity[];
  /** A further token for what the number's own one opens. */
  issue(identity: Identity): string;
  /** False if the token was not good anyway. */
  revoke(token: string): boolean;
  reset(): void;
}

export function createTokens(numbers: readonly Identity[]): Tokens {
  const good = new Map<string, string>();
  const reset = () => {
    good.clear();
    for (const { accessToken } of numbers) good.set(accessToken, accessToken);
  };
  reset();
  return {
    numbersOf(authorization) {
      const own = good.get(authorization?.replace(/^(?:Bearer|OAuth)\s+/i, "") ?? "");
      return own === undefined ? [] : numbers.filter(({ accessToken }) => accessToken === own);
    },
    issue({ accessToken }) {
      const token = `EAAsimulated${newId().replaceAll("-", "")}`;
      good.set(token, accessToken);
      return token;
    },
    revoke: (token) => good.delete(token),
    reset,
  };
}

/** What Meta says to a token that is not good. */
export function badToken(): GraphRefusal {
  return refusal(190, "The access token is missing, unknown or expired.");
}
