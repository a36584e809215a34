import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { IdParams } from "../../http/plugins/fields.ts";
import type { Clock } from "../../lib/clock.ts";
import { PeriodQuery, reportOf } from "../period.ts";
import { readBudget } from "./budget.ts";
import * as docs from "./docs.ts";
import { readLeadUsage } from "./lead.ts";
import { readLlmUsage } from "./llm.ts";
import { readMessageUsage } from "./messages.ts";
import { LlmUsageQuery } from "./model.ts";

interface UsageDeps {
  db: Db;
  clock: Clock;
  auth: Auth;
}

/** What the model and WhatsApp's messages cost. */
export function usageModule({ db, clock, auth }: UsageDeps) {
  const deps = { db, clock };
  return new Elysia({ name: "usage", prefix: "/api/v1/usage" })
    .use(auth)
    .get(
      "/llm",
      async ({ principal, query }) => {
        const report = await reportOf(deps, principal, query);
        return await readLlmUsage(report, query.interval ?? "day", query.groupBy ?? "model");
      },
      { ...docs.llm, query: LlmUsageQuery },
    )
    .get("/budget", async ({ principal }) => await readBudget(db, principal.organizationId), {
      ...docs.budget,
    })
    .get(
      "/messages",
      async ({ principal, query }) =>
        await readMessageUsage(await reportOf(deps, principal, query)),
      { ...docs.messages, query: PeriodQuery },
    )
    .get(
      "/leads/:id",
      async ({ principal, params: { id } }) =>
        await readLeadUsage(db, principal.organizationId, id),
      { ...docs.lead, params: IdParams },
    );
}
