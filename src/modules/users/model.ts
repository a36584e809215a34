import { t } from "elysia";
import { Id, Instant, PersonName, pageOfRows, paging, Version } from "../../http/plugins/fields.ts";
import { roles } from "../../http/plugins/permissions.ts";

const Role = t.UnionEnum(roles, { description: "What they may do in this organization." });

export const Member = t.Object(
  {
    id: Id,
    name: t.String({ examples: ["Ada Lovelace"] }),
    email: t.String({ examples: ["ada@example.com"] }),
    role: Role,
    joinedAt: Instant,
    version: Version,
  },
  { title: "Member", description: "A person of this organization." },
);
export type Member = typeof Member.static;

export const MemberPage = pageOfRows(Member);

export const MembersQuery = t.Object(paging(50));
export type MembersQuery = typeof MembersQuery.static;

export const MemberEdit = t.Object({ role: Role });
export type MemberEdit = typeof MemberEdit.static;

export const OwnEdit = t.Object({ name: PersonName });
export type OwnEdit = typeof OwnEdit.static;
