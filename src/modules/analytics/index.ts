import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import type { Clock } from "../../lib/clock.ts";
import { PeriodQuery, reportOf, SeriesQuery } from "../period.ts";
import { readActivity } from "./activity.ts";
import { readCosts } from "./costs.ts";
import * as docs from "./docs.ts";
import { readFollowUps } from "./follow-ups.ts";
import { readFunnel } from "./funnel.ts";
import { readMix } from "./mix.ts";
import { readOverview } from "./overview.ts";
import { readResponseTimes } from "./response-times.ts";
import { readSources } from "./sources.ts";

interface AnalyticsDeps {
  db: Db;
  clock: Clock;
  auth: Auth;
}

/** What came of it, in any period and time zone. */
export function analyticsModule({ db, clock, auth }: AnalyticsDeps) {
  const deps = { db, clock };
  const [whole, series] = [{ query: PeriodQuery }, { query: SeriesQuery }];
  return new Elysia({ name: "analytics", prefix: "/api/v1/analytics" })
    .use(auth)
    .get(
      "/overview",
      async ({ principal, query }) => await readOverview(await reportOf(deps, principal, query)),
      { ...docs.overview, ...whole },
    )
    .get(
      "/funnel",
      async ({ principal, query }) =>
        await readFunnel(await reportOf(deps, principal, query), query.interval ?? "day"),
      { ...docs.funnel, ...series },
    )
    .get(
      "/response-times",
      async ({ principal, query }) =>
        await readResponseTimes(await reportOf(deps, principal, query)),
      { ...docs.responseTimes, ...whole },
    )
    .get(
      "/mix",
      async ({ principal, query }) =>
        await readMix(await reportOf(deps, principal, query), query.interval ?? "day"),
      { ...docs.mix, ...series },
    )
    .get(
      "/activity",
      async ({ principal, query }) =>
        await readActivity(await reportOf(deps, principal, query), query.interval ?? "day"),
      { ...docs.activity, ...series },
    )
    .get(
      "/sources",
      async ({ principal, query }) => await readSources(await reportOf(deps, principal, query)),
      { ...docs.sources, ...whole },
    )
    .get(
      "/follow-ups",
      async ({ principal, query }) => await readFollowUps(await reportOf(deps, principal, query)),
      { ...docs.followUps, ...whole },
    )
    .get(
      "/costs",
      async ({ principal, query }) => await readCosts(await reportOf(deps, principal, query)),
      { ...docs.costs, ...whole },
    );
}
