import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { IdParams } from "../../http/plugins/fields.ts";
import * as docs from "./docs.ts";
import { DeadLettersQuery } from "./model.ts";
import { getDeadLetter, listDeadLetters } from "./service.ts";

/** What the queue gave up, of the whole installation, for its operators. */
export function deadLettersModule({ db, auth }: { db: Db; auth: Auth }) {
  return new Elysia({ name: "dead-letters", prefix: "/api/v1/dead-letters" })
    .use(auth)
    .get("", ({ query }) => listDeadLetters(db, query), { ...docs.list, query: DeadLettersQuery })
    .get("/:id", ({ params }) => getDeadLetter(db, params.id), { ...docs.one, params: IdParams });
}
