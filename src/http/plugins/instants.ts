import { t } from "elysia";
import { AppError } from "../../lib/errors.ts";

/** An instant that a client sends. From the year 1000 on: the year 0 is none to Postgres. */
export const instantInput = (description: string) =>
  t.String({ format: "date-time", pattern: "^[1-9][0-9]{3}-", maxLength: 40, description });

/** The format admits instants that do not exist: `Date` takes a 30th of February for the 2nd of March. */
export function instantOf(text: string): Date {
  const instant = new Date(text);
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  const isReal = day.getUTCDate() === Number(text.slice(8, 10));
  if (isReal && !Number.isNaN(instant.getTime())) return instant;
  throw new AppError("invalid_input", `${text} is no instant.`);
}
