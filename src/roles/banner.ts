import type { Config } from "../config.ts";

/** What a person sees once Leadline runs beside its simulator; nothing otherwise, logs say it all. */
export function banner(
  { simulator, role, http }: Config,
  owner: { email: string; password: string },
  tookMs: number,
): string {
  if (role !== "all" || !simulator.enabled) return "";
  const at = (path: string) => `http://localhost:${http.port}${path}`;
  return `
  Leadline is running (ready in ${(tookMs / 1_000).toFixed(1)} s). No accounts needed: a simulator plays
  WhatsApp and the language model.

    Phone      ${at("/simulator")}      write to the business as a lead
    Dashboard  ${at("/")}               what the team sees; sign in with
               ${owner.email} / ${owner.password}
    Health     ${at("/health/ready")}   what is up, and why not
    Swagger    ${at("/swagger")}        the HTTP API

  Try "Hi, how much is it?" on the phone. Stop with Ctrl-C; your data stays.

`;
}
