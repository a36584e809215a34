import { t } from "elysia";
import {
  EmailAddress,
  Id,
  Instant,
  OrganizationName,
  PersonName,
} from "../../http/plugins/fields.ts";
import { roles } from "../../http/plugins/permissions.ts";
import { GivenPassword, NewPassword } from "./passwords.ts";

const refreshTokenIn = t.Optional(
  t.UnionEnum(["cookie", "body"], {
    description: "Browsers leave it out and get a cookie; programs ask for `body`.",
  }),
);

export const LoginBody = t.Object({
  email: t.String({ minLength: 3, maxLength: 254, description: "Upper and lower case are one." }),
  password: GivenPassword,
  organizationId: t.Optional(Id),
  refreshTokenIn,
});
export type LoginBody = typeof LoginBody.static;

export const SignUpBody = t.Object({
  organizationName: OrganizationName,
  name: PersonName,
  email: EmailAddress,
  password: NewPassword,
  refreshTokenIn,
});
export type SignUpBody = typeof SignUpBody.static;

export const ForgotPasswordBody = t.Object({ email: EmailAddress });
export type ForgotPasswordBody = typeof ForgotPasswordBody.static;

export const Heard = t.Object(
  { accepted: t.Literal(true) },
  { title: "Heard", description: "The same whether there is such an account or not." },
);

const MailedToken = t.String({
  minLength: 1,
  maxLength: 100,
  description: "Out of the mail's link: what follows the `#`.",
});

export const ResetPasswordBody = t.Object({ token: MailedToken, password: NewPassword });
export type ResetPasswordBody = typeof ResetPasswordBody.static;

export const PreviewBody = t.Object({ token: MailedToken });

export const InvitationPreview = t.Object(
  {
    organizationName: t.String(),
    email: t.String(),
    role: t.UnionEnum(roles),
    invitedBy: t.String({ description: "Name of who sent it." }),
    expiresAt: Instant,
    hasAccount: t.Boolean({ description: "Then their own password is asked for, not a new one." }),
  },
  { title: "InvitationPreview", description: "What its receiver is shown before they decide." },
);
export type InvitationPreview = typeof InvitationPreview.static;

export const AcceptBody = t.Object({
  token: MailedToken,
  name: t.Optional(PersonName),
  password: GivenPassword,
  refreshTokenIn,
});
export type AcceptBody = typeof AcceptBody.static;

const OwnOrganization = t.Object(
  {
    id: Id,
    name: t.String(),
    role: t.UnionEnum(roles),
    joinedAt: Instant,
    isCurrent: t.Boolean({ description: "The session acts in it." }),
  },
  { title: "OwnOrganization" },
);
export type OwnOrganization = typeof OwnOrganization.static;

export const OwnOrganizations = t.Object({
  data: t.Array(OwnOrganization, { description: "In the order of joining; at most 100." }),
});

export const SwitchBody = t.Object({ organizationId: Id });

export const SignedIn = t.Object(
  {
    user: t.Object({ id: Id, name: t.String(), email: t.String() }),
    organization: t.Object({ id: Id, name: t.String() }),
    role: t.UnionEnum(roles),
    isOperator: t.Boolean({ description: "Runs this installation: may see its queue." }),
  },
  { description: "Who is signed in, and for which organization." },
);
export type SignedIn = typeof SignedIn.static;

export const Started = t.Object(
  {
    ...SignedIn.properties,
    accessToken: t.String({ description: "For `Authorization: Bearer …`." }),
    expiresAt: Instant,
    refreshToken: t.Nullable(
      t.String({ description: "Renews the access token; null when it went into the cookie." }),
    ),
  },
  { description: "A new session." },
);
export type Started = typeof Started.static;

export const Ticket = t.Object(
  {
    ticket: t.String({ description: "Opens one live socket, once." }),
    expiresAt: Instant,
  },
  { description: "Thirty seconds of trust." },
);
export type Ticket = typeof Ticket.static;

export const RefreshBody = t.Object({
  refreshToken: t.Optional(
    t.String({ maxLength: 200, description: "Of programs; browsers send their cookie and `{}`." }),
  ),
});
export type RefreshBody = typeof RefreshBody.static;

export const PasswordBody = t.Object({ currentPassword: GivenPassword, newPassword: NewPassword });
export type PasswordBody = typeof PasswordBody.static;

const OwnSession = t.Object(
  {
    id: Id,
    organizationName: t.String(),
    userAgent: t.Nullable(t.String()),
    address: t.Nullable(t.String()),
    createdAt: Instant,
    seenAt: Instant,
    isCurrent: t.Boolean(),
  },
  { title: "OwnSession" },
);
export type OwnSession = typeof OwnSession.static;

export const OwnSessions = t.Object({
  data: t.Array(OwnSession, { description: "Last used first; at most 100." }),
});
