import { fileURLToPath } from "node:url";
import { Elysia } from "elysia";
import { createPage } from "../../lib/page.ts";

/** The phone page: `GET /simulator` and its hashed files under `/simulator/assets`. */
export function phonePage() {
  const page = createPage({
    entry: fileURLToPath(new URL("./index.html", import.meta.url)),
    assetsAt: "/simulator/assets/",
  });
  return new Elysia({ name: "simulator-phone-page" })
    .get("/simulator", ({ request }) => page.document(request), { detail: { hide: true } })
    .get("/simulator/assets/:file", ({ request, params }) => page.asset(request, params.file), {
      detail: { hide: true },
    });
}
