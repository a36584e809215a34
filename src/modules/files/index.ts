import { Elysia } from "elysia";
import type { Auth } from "../../http/plugins/auth.ts";
import { IdempotencyRequired } from "../../http/plugins/fields.ts";
import * as docs from "./docs.ts";
import { UploadQuery } from "./model.ts";
import { createUploads, type FilesDeps } from "./upload.ts";

/** Bun closes a connection that is silent for 10 s, and a large file takes longer to be put away. */
const SILENCE_SECONDS = 200;

/** Files that people send. */
export function filesModule({ auth, ...deps }: FilesDeps & { auth: Auth }) {
  const take = createUploads(deps);
  return new Elysia({ name: "files", prefix: "/api/v1/files" }).use(auth).post(
    "",
    async ({ actor, query, headers, request, server, status }) => {
      server?.timeout(request, SILENCE_SECONDS);
      const idempotencyKey = headers["idempotency-key"];
      const { filename = null } = query;
      return status(201, await take({ actor, idempotencyKey, filename, request }));
    },
    { ...docs.upload, parse: "none", query: UploadQuery, headers: IdempotencyRequired },
  );
}
