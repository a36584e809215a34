import { Elysia, t } from "elysia";
import type { Auth } from "../../http/plugins/auth.ts";
import { endpoint } from "../../http/plugins/endpoint.ts";
import { IdParams } from "../../http/plugins/fields.ts";
import { Media } from "./model.ts";
import { type ServeDeps, serveMedia } from "./serve.ts";
import { mediaOfMessage } from "./service.ts";

const one = endpoint({
  access: "messages:read",
  tag: "Messages",
  summary: "Read a message's file",
  description:
    "What became of the file that came with a message: fetched at once, kept if its bytes are what Meta told of and of a type that is allowed, and put into words where that is wanted. Changes are told as `message.updated`. `not_found` also for a message without a file.",
  answer: [200, Media, "The file, with an address for its bytes."],
  problems: ["not_found"],
});

/** The files of messages: what is known of them, and their bytes for whoever has a signed address. */
export function mediaModule({ auth, ...deps }: ServeDeps & { auth: Auth }) {
  return new Elysia({ name: "media" })
    .get("/media/:token", ({ params, request }) => serveMedia(deps, params.token, request), {
      params: t.Object({ token: t.String({ maxLength: 200 }) }),
      detail: { hide: true },
    })
    .use(auth)
    .get(
      "/api/v1/messages/:id/media",
      ({ principal, params }) => mediaOfMessage(deps, principal.organizationId, params.id),
      { ...one, params: IdParams },
    );
}
