import type { Db, Parameter } from "../../db/client.ts";
import { leadMatches } from "../../db/queries/lead-search.ts";
import { instantOf } from "../../http/plugins/instants.ts";
import { AppError } from "../../lib/errors.ts";
import type { LeadsQuery } from "./model.ts";

type Parts = Pick<Db, "part" | "fragment">;

/**
 * Conditions over lead `l`, each by its name. Fails with `invalid_input` for what is no instant or too
 * short.
 */
export function leadFilters(db: Parts, query: LeadsQuery): Map<string, Parameter> {
  const { tag, ownerId, source, adId, createdFrom, createdTo, search } = query;
  return new Map([
    ...(adId === undefined ? [] : [["adId", db.part`l.ad_id = ${adId}`] as const]),
    ...(ownerId === undefined ? [] : [["ownerId", ownedBy(db, ownerId)] as const]),
    ...(source === undefined ? [] : [["source", db.part`l.source = ${source}`] as const]),
    ...(createdFrom === undefined
      ? []
      : [["createdFrom", db.part`l.created_at >= ${instantOf(createdFrom)}`] as const]),
    ...(createdTo === undefined
      ? []
      : [["createdTo", db.part`l.created_at < ${instantOf(createdTo)}`] as const]),
    ...(tag === undefined
      ? []
      : [["tag", db.part`l.tags @> ${tag.map((one) => one.trim())}::text[]`] as const]),
    ...(search === undefined ? [] : [["search", matches(db, search)] as const]),
  ]);
}

/** Conditions over one conversation, by its alias. */
export function chatFilters(
  db: Parts,
  alias: string,
  { stage, intent, sentiment }: LeadsQuery,
): Map<string, Parameter> {
  const asked = Object.entries({ stage, intent, sentiment });
  return new Map(
    asked.flatMap(([column, value]) =>
      value === undefined
        ? []
        : [[column, db.part`${db.fragment(`${alias}.${column}`)} = ${value}`] as const],
    ),
  );
}

/** All of them; true where there is none. */
export function every(db: Parts, conditions: Iterable<Parameter>): Parameter {
  return [...conditions].reduce((whole, one) => db.part`${whole} and ${one}`, db.fragment("true"));
}

function ownedBy(db: Parts, ownerId: string): Parameter {
  return ownerId === "none"
    ? db.fragment("l.owner_id is null")
    : db.part`l.owner_id = ${ownerId}::uuid`;
}

function matches(db: Parts, search: string): Parameter {
  if (search.trim().replace(/^@/, "").length < 2) {
    throw new AppError("invalid_input", "A search needs two characters that are no blanks.");
  }
  return leadMatches(db, search);
}
