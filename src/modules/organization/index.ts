import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { endpoint } from "../../http/plugins/endpoint.ts";
import { IfMatch, tagged } from "../../http/plugins/versions.ts";
import type { Mutate } from "../mutate.ts";
import { Organization, OrganizationEdit } from "./model.ts";
import { editOrganization, getOrganization } from "./service.ts";

interface OrganizationDeps {
  db: Db;
  auth: Auth;
  mutate: Mutate;
}

const tag = "Organization";

const one = endpoint({
  access: "organization:read",
  tag,
  summary: "Read the settings",
  description: "Of the organization that the session or key acts in.",
  answer: [200, Organization, "The settings."],
});

const edit = endpoint({
  access: "organization:write",
  tag,
  summary: "Change settings",
  description:
    "Only what the body names. Business text and limits count from the bot's next turn on, the debounce from the lead's next message. Follow-ups that are planned already keep their time, but never go out in quiet hours.",
  answer: [200, Organization, "As they are after the change."],
});

/** What the organization is, and how its bot behaves. */
export function organizationModule({ db, auth, mutate }: OrganizationDeps) {
  return new Elysia({ name: "organization", prefix: "/api/v1/organization" })
    .use(auth)
    .get(
      "",
      async ({ principal, set }) =>
        tagged(set, await getOrganization(db, principal.organizationId)),
      { ...one },
    )
    .patch(
      "",
      async ({ actor, headers, body, set }) =>
        tagged(set, await editOrganization(mutate, { actor, headers }, body)),
      { ...edit, parse: "json", headers: IfMatch, body: OrganizationEdit },
    );
}
