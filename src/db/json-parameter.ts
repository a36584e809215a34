import type postgres from "postgres";

/** postgres.js types JSON values too narrowly; anything JSON.stringify takes is fine here. */
export function asJson(value: unknown): postgres.JSONValue {
  return value as postgres.JSONValue;
}
