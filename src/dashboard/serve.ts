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
    .get("/", () => page.document(), hidden)
    .get("/conversations/:id", () => page.document(), hidden)
    .get("/queue", () => page.document(), hidden)
    .get("/assets/:file", ({ params }) => page.asset(params.file), hidden);
}
