import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { Idempotency, IdParams } from "../../http/plugins/fields.ts";
import { IfMatch, tagged } from "../../http/plugins/versions.ts";
import type { Mutate } from "../mutate.ts";
import * as docs from "./docs.ts";
import { listBookings } from "./list.ts";
import { BookingCreation, BookingEdit, BookingsQuery } from "./model.ts";
import { createBooking, editBooking, getBooking } from "./service.ts";

interface BookingsDeps {
  db: Db;
  auth: Auth;
  mutate: Mutate;
}

/** The action centre: what leads agreed to. */
export function bookingsModule({ db, auth, mutate }: BookingsDeps) {
  const params = { params: IdParams };
  return new Elysia({ name: "bookings", prefix: "/api/v1/bookings" })
    .use(auth)
    .get("", ({ actor, query }) => listBookings(db, actor.organizationId, query), {
      ...docs.list,
      query: BookingsQuery,
    })
    .post(
      "",
      async ({ body, status, ...by }) => status(201, await createBooking(mutate, by, body)),
      { ...docs.create, parse: "json", headers: Idempotency, body: BookingCreation },
    )
    .get(
      "/:id",
      async ({ actor, params: { id }, set }) =>
        tagged(set, await getBooking(db, actor.organizationId, id)),
      { ...docs.one, ...params },
    )
    .patch(
      "/:id",
      async ({ params: { id }, body, set, ...by }) =>
        tagged(set, await editBooking(mutate, by, id, body)),
      { ...docs.edit, parse: "json", ...params, headers: IfMatch, body: BookingEdit },
    );
}
