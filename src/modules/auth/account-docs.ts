import { t } from "elysia";
import { personEndpoint, publicEndpoint } from "../../http/plugins/endpoint.ts";
import { Heard, InvitationPreview, OwnOrganizations, Started } from "./model.ts";

const tag = "Sign-in";

export const signUp = publicEndpoint({
  guard: "limited",
  tag,
  summary: "Sign up",
  description:
    "Makes an organization with you as its owner, and signs in there as `login` does. Whoever has an account already gives its own password and gets a further organization under the name they have; with another password it fails exactly as a sign-in does, and counts as one. Limited per address. `forbidden` where the installation is closed to strangers. Where there is no operator yet, the first to sign up becomes one.",
  answer: [201, Started, "Made, and signed in."],
  problems: ["unauthenticated", "forbidden"],
});

export const forgotPassword = publicEndpoint({
  guard: "limited",
  tag,
  summary: "Ask for a new password",
  description:
    "Sends a link to the address if it has an account, good once and for an hour. The answer is the same if it has none. Limited per account and per address.",
  answer: [202, Heard, "Heard."],
});

export const resetPassword = publicEndpoint({
  guard: "limited",
  tag,
  summary: "Set a forgotten password",
  description:
    "With the token out of the mail. Ends all of the person's sessions and spends their other links; sign in afterwards. A token that is unknown, used or too old is `not_found`.",
  answer: [204, t.Void(), "Set."],
  problems: ["not_found"],
});

export const organizations = personEndpoint({
  person: "self",
  tag,
  summary: "List one's organizations",
  description: "Where one is a member now: what `switch` can go to.",
  answer: [200, OwnOrganizations, "All of them."],
});

export const switchTo = personEndpoint({
  person: "self",
  tag,
  summary: "Switch to another organization",
  description:
    "The session goes on there, as a new one: the answer brings its tokens, the refresh token in the cookie if this session's came that way. The old tokens are dead at once, its live sockets within seconds. Where one is no member it is `not_found`.",
  answer: [200, Started, "Switched."],
  problems: ["not_found"],
});

export const preview = publicEndpoint({
  guard: "limited",
  tag: "People",
  summary: "Look at an invitation",
  description:
    "With the token out of the mail: who invites to what, and whether the address has an account. `not_found` once it was accepted, revoked or is too old.",
  answer: [200, InvitationPreview, "A pending invitation."],
  problems: ["not_found"],
});

export const accept = publicEndpoint({
  guard: "limited",
  tag: "People",
  summary: "Accept an invitation",
  description:
    "Joins with the invitation's role and signs in there as `login` does. An address without an account makes one of `name` and `password`; one with an account needs its password, wrong ones are limited as in a sign-in. Works once; afterwards it is `not_found`.",
  answer: [200, Started, "Joined, and signed in."],
  problems: ["not_found", "unauthenticated", "forbidden", "conflict"],
});
