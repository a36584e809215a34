import { t } from "elysia";
import { Id, Instant } from "../../http/plugins/fields.ts";
import { roles } from "../../http/plugins/permissions.ts";

export const LoginBody = t.Object({
  email: t.String({ minLength: 3, maxLength: 254, description: "Upper and lower case are one." }),
  password: t.String({ minLength: 1, maxLength: 200 }),
  organizationId: t.Optional(Id),
});
export type LoginBody = typeof LoginBody.static;

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
