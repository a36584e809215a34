import { t } from "elysia";
import { personEndpoint } from "../../http/plugins/endpoint.ts";
import { ApiKey, ApiKeyPage, NewApiKey } from "./model.ts";

const tag = "API keys";

export const list = personEndpoint({
  person: "api-keys:read",
  tag,
  summary: "List API keys",
  description: "Newest first, with those that expired or were revoked.",
  answer: [200, ApiKeyPage, "One page."],
});

export const one = personEndpoint({
  person: "api-keys:read",
  tag,
  summary: "Read one API key",
  description: "All about it but the key itself.",
  answer: [200, ApiKey, "The key."],
  problems: ["not_found"],
});

export const create = personEndpoint({
  person: "api-keys:write",
  tag,
  summary: "Make an API key",
  description:
    "The answer is the only place where the key is ever shown; programs send it as `Authorization: Bearer …`. Nobody can give a scope that their own role does not include (`forbidden`). A key belongs to the organization and outlives its maker's membership. A repeat with the same `Idempotency-Key` makes no second key and cannot show the first one again: revoke it and make another if the answer was lost.",
  answer: [201, NewApiKey, "Made."],
});

export const edit = personEndpoint({
  person: "api-keys:write",
  tag,
  summary: "Rename an API key",
  description: "Scopes cannot be changed: make another key.",
  answer: [200, ApiKey, "As it is after the change."],
  problems: ["not_found"],
});

export const rotate = personEndpoint({
  person: "api-keys:write",
  tag,
  summary: "Rotate an API key",
  description:
    "Makes a key with the same name, scopes and lifetime, shown this once. The old one works for `overlapSeconds` more, never longer than it would have. `conflict` when it is no longer active or was rotated before.",
  answer: [201, NewApiKey, "The new key."],
  problems: ["not_found", "conflict"],
});

export const revoke = personEndpoint({
  person: "api-keys:write",
  tag,
  summary: "Revoke an API key",
  description: "Its next request is refused. It stays in the list. Harmless when it is revoked.",
  answer: [204, t.Void(), "Revoked."],
  problems: ["not_found"],
});
