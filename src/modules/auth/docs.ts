import { t } from "elysia";
import { personEndpoint, publicEndpoint } from "../../http/plugins/endpoint.ts";
import { OwnSessions, SignedIn, Started, Ticket } from "./model.ts";

const tag = "Sign-in";

export const login = publicEndpoint({
  guard: "limited",
  tag,
  summary: "Sign in",
  description:
    "Answers an access token for `Authorization: Bearer …`, good for ten minutes, and a refresh token that renews it: in the httpOnly cookie `ll_refresh`, or in the body for programs that ask for it. A person of several organizations names one, or gets the first they joined. Wrong tries are limited per account and per address.",
  answer: [200, Started, "Signed in."],
  problems: ["unauthenticated", "forbidden"],
});

export const refresh = publicEndpoint({
  guard: "cookie",
  tag,
  summary: "Renew the access token",
  description:
    "With the refresh token of the cookie or the body; the answer brings the next one the same way. For ten seconds the token just used brings the same answer again, so that lost answers and several tabs do no harm. Any older one means a copy is in use: the session ends.",
  answer: [200, Started, "Renewed."],
  problems: ["unauthenticated", "forbidden"],
});

export const logout = publicEndpoint({
  guard: "cookie",
  tag,
  summary: "Sign out",
  description:
    "Ends the session of the access token and that of the refresh token, and their live sockets within seconds. Without a living session there is nothing to end, which is fine.",
  answer: [204, t.Void(), "Signed out."],
  problems: ["forbidden"],
});

export const logoutEverywhere = personEndpoint({
  person: "self",
  tag,
  summary: "Sign out everywhere",
  description: "Ends all of one's sessions, in every organization, this one included.",
  answer: [204, t.Void(), "Signed out."],
});

export const sessions = personEndpoint({
  person: "self",
  tag,
  summary: "List one's sessions",
  description: "Where one is signed in, last used first.",
  answer: [200, OwnSessions, "All that live."],
});

export const endSession = personEndpoint({
  person: "self",
  tag,
  summary: "End one of one's sessions",
  description: "Its requests are refused at once, its live sockets closed within seconds.",
  answer: [204, t.Void(), "Ended."],
  problems: ["not_found"],
});

export const password = personEndpoint({
  person: "self",
  tag,
  summary: "Change one's password",
  description:
    "Needs the current one (else `invalid_input`; wrong tries are limited). All other sessions end.",
  answer: [204, t.Void(), "Changed."],
  problems: ["conflict"],
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
