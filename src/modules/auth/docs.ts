import { t } from "elysia";
import { personEndpoint, publicEndpoint } from "../../http/plugins/endpoint.ts";
import { SignedIn, Started, Ticket } from "./model.ts";

const tag = "Sign-in";

export const login = publicEndpoint({
  guard: "limited",
  tag,
  summary: "Sign in",
  description:
    "Answers an access token for `Authorization: Bearer …`, good for ten minutes, and sets the httpOnly cookie `ll_refresh` that renews it. A person of several organizations names one, or gets the first they joined. Wrong tries are limited per account and per address.",
  answer: [200, Started, "Signed in."],
  problems: ["unauthenticated", "forbidden"],
});

export const logout = personEndpoint({
  person: "self",
  tag,
  summary: "Sign out",
  description: "The session ends now, and its live sockets within seconds.",
  answer: [204, t.Void(), "Signed out."],
});

export const me = personEndpoint({
  person: "self",
  tag,
  summary: "Who am I?",
  description: "The person, organization and role of the session.",
  answer: [200, SignedIn, "A living session."],
});

export const ticket = personEndpoint({
  person: "self",
  tag,
  summary: "Get a ticket for the live socket",
  description: "Sent in the first frame of `/live`. Good once, for 30 seconds.",
  answer: [200, Ticket, "The ticket."],
});
