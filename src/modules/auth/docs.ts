import { routeDetail, signedInRoute } from "../../http/plugins/answers.ts";
import { SignedIn, Ticket } from "./model.ts";

const tag = "Sign-in";

export const loginDetail = routeDetail({
  tag,
  summary: "Sign in",
  description:
    "Sets the httpOnly cookie `ll_session`. A person of several organizations names one, or gets the first they joined. Wrong tries are limited per account and per address.",
  answer: { status: 200, schema: SignedIn, description: "Signed in." },
  problems: ["unauthenticated", "forbidden", "invalid_input", "too_many_requests"],
});

export const logoutDetail = signedInRoute({
  tag,
  summary: "Sign out",
  description: "The session ends now, and its live sockets within seconds.",
  answer: { status: 204, description: "Signed out." },
  problems: ["forbidden"],
});

export const meDetail = signedInRoute({
  tag,
  summary: "Who am I?",
  description: "The person, organization and role of the session.",
  answer: { status: 200, schema: SignedIn, description: "A living session." },
});

export const ticketDetail = signedInRoute({
  tag,
  summary: "Get a ticket for the live socket",
  description: "Sent in the first frame of `/live`. Good once, for 30 seconds.",
  answer: { status: 200, schema: Ticket, description: "The ticket." },
  problems: ["forbidden"],
});
