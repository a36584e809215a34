import { fileURLToPath } from "node:url";
import { Elysia } from "elysia";
import { createPage } from "../lib/page.ts";

const hidden = { detail: { hide: true } };

/** What a person is on when they reload; the tokens of mails stay behind the `#`, where no server sees them. */
const ADDRESSES = [
  "/",
  "/conversations/:id",
  "/queue",
  "/sign-up",
  "/forgot-password",
  "/reset-password",
  "/invitation",
] as const;

/** The dashboard: one page for each of its addresses, and its hashed files under `/assets`. */
export function dashboard() {
  const page = createPage({
    entry: fileURLToPath(new URL("./index.html", import.meta.url)),
    assetsAt: "/assets/",
  });
  const app = new Elysia({ name: "dashboard" }).get(
    "/assets/:file",
    ({ request, params }) => page.asset(request, params.file),
    hidden,
  );
  for (const address of ADDRESSES) {
    app.get(address, ({ request }) => page.document(request), hidden);
  }
  return app;
}
