import { fileURLToPath } from "node:url";
import { Elysia } from "elysia";
import { createPage } from "../lib/page.ts";

const hidden = { detail: { hide: true } };

/** The dashboard: one page for each of its addresses, and its hashed files under `/assets`. */
export function dashboard() {
  const page = createPage({
    entry: fileURLToPath(new URL("./index.html", import.meta.url)),
    assetsAt: "/assets/",
  });
  return new Elysia({ name: "dashboard" })
    .get("/", ({ request }) => page.document(request), hidden)
    .get("/conversations/:id", ({ request }) => page.document(request), hidden)
    .get("/queue", ({ request }) => page.document(request), hidden)
    .get("/assets/:file", ({ request, params }) => page.asset(request, params.file), hidden);
}
