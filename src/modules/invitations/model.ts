import { t } from "elysia";
import {
  EmailAddress,
  Id,
  Instant,
  pageOfRows,
  paging,
  Version,
} from "../../http/plugins/fields.ts";
import { roles } from "../../http/plugins/permissions.ts";

const Role = t.UnionEnum(roles, { description: "What they may do once they have joined." });

const Status = t.UnionEnum(["pending", "accepted", "revoked", "expired"], {
  description:
    "`revoked` also once whoever sent it may not invite any more: send it again, in your own name.",
});

export const Invitation = t.Object(
  {
    id: Id,
    email: t.String({ examples: ["ada@example.com"] }),
    role: Role,
    status: Status,
    invitedBy: t.Object({ id: Id, name: t.String() }, { description: "Who sent it last." }),
    createdAt: Instant,
    expiresAt: Instant,
    acceptedAt: t.Nullable(Instant),
    version: Version,
  },
  {
    title: "Invitation",
    description: "Lets the reader of a mail join, once. The token is in the mail and nowhere else.",
  },
);
export type Invitation = typeof Invitation.static;

export const InvitationPage = pageOfRows(Invitation);

export const InvitationsQuery = t.Object({
  ...paging(50),
  status: t.Optional(
    t.UnionEnum(["pending", "accepted", "revoked", "expired"], {
      default: "pending",
      description: "Only those.",
    }),
  ),
});
export type InvitationsQuery = typeof InvitationsQuery.static;

export const InvitationCreation = t.Object({ email: EmailAddress, role: Role });
export type InvitationCreation = typeof InvitationCreation.static;
