import type { Db } from "../../db/client.ts";
import { keyset, pageOf } from "../../db/keyset.ts";
import { utc } from "../../db/queries/public-state.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Principal } from "../../http/plugins/auth.ts";
import { requireVersion } from "../../http/plugins/versions.ts";
import { AppError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import type { Change, Mutate } from "../mutate.ts";
import { lockLead } from "./locks.ts";
import type { Note, NoteBody, NotesQuery } from "./model.ts";
import { getLead } from "./read.ts";
import type { By } from "./service.ts";

const NOTE = `n.id, n.lead_id, n.text, jsonb_build_object('id', u.id, 'name', u.name) as author,
  ${utc("n.created_at")} as created_at, n.version`;
const FROM = "from lead_notes n join users u on u.id = n.user_id";

const sorts = { createdAt: { sql: "n.created_at", type: "timestamptz" } } as const;

/** One page of a lead's notes, newest first. Fails with `not_found` and `invalid_input`. */
export async function listNotes(
  db: Db,
  organizationId: string,
  leadId: string,
  { limit = 50, cursor }: NotesQuery,
) {
  const { after, order, position } = keyset(db, { sorts, sort: "-createdAt", id: "n.id", cursor });
  await getLead(db, organizationId, leadId);
  const rows = await db.rows<Note & { position: string }>`
    select ${db.fragment(NOTE)}, ${position} as position ${db.fragment(FROM)}
    where n.organization_id = ${organizationId} and n.lead_id = ${leadId} and ${after}
    order by ${order} limit ${limit + 1}`;
  return pageOf(rows, limit);
}

/** Fails with `not_found`, and `conflict` for a merged lead. */
export async function addNote(
  mutate: Mutate,
  { principal, actor, headers }: By,
  leadId: string,
  { text }: NoteBody,
): Promise<Note> {
  const { organizationId } = actor;
  const id = newId();
  return await mutate(
    actor,
    async (change) => {
      await lockLead(change, organizationId, leadId);
      await change.rows`
        insert into lead_notes (organization_id, id, lead_id, user_id, text)
        values (${organizationId}, ${id}, ${leadId}, ${principal.userId}, ${text})`;
      change.audit({ action: "lead.note_added", resourceId: leadId, after: { noteId: id } });
      return await getNote(change, { organizationId, leadId, noteId: id });
    },
    { key: headers["idempotency-key"], request: ["lead note", leadId, text] },
  );
}

/** Fails with `not_found`, `forbidden` for somebody else's note, `precondition_failed`. */
export async function editNote(
  mutate: Mutate,
  by: By,
  { leadId, noteId }: NotePath,
  { text }: NoteBody,
): Promise<Note> {
  const { organizationId } = by.actor;
  return await mutate(by.actor, async (change) => {
    const path = { organizationId, leadId, noteId };
    const note = await lockNote(change, path, by);
    if (!isOwn(note, by.principal)) throw new AppError("forbidden", "The note is somebody else's.");
    await change.rows`
      update lead_notes set text = ${text}, version = version + 1
      where organization_id = ${organizationId} and id = ${noteId}`;
    change.audit({ action: "lead.note_edited", resourceId: leadId, after: { noteId } });
    return await getNote(change, path);
  });
}

/** Fails as `editNote`; owners and admins may delete anybody's. */
export async function deleteNote(
  mutate: Mutate,
  by: By,
  { leadId, noteId }: NotePath,
): Promise<void> {
  const { organizationId } = by.actor;
  await mutate(by.actor, async (change) => {
    const note = await lockNote(change, { organizationId, leadId, noteId }, by);
    if (!isOwn(note, by.principal) && !isAdmin(by.principal)) {
      throw new AppError("forbidden", "Only its author, owners and admins delete a note.");
    }
    await change.rows`
      delete from lead_notes where organization_id = ${organizationId} and id = ${noteId}`;
    change.audit({ action: "lead.note_deleted", resourceId: leadId, before: { noteId } });
  });
}

interface NotePath {
  leadId: string;
  noteId: string;
}

async function lockNote(
  change: Change,
  path: NotePath & { organizationId: string },
  { headers }: By,
): Promise<Note> {
  await change.rows`
    select 1 from lead_notes
    where organization_id = ${path.organizationId} and id = ${path.noteId} for update`;
  const note = await getNote(change, path);
  requireVersion(headers, note);
  return note;
}

async function getNote(
  db: Pick<Transaction, "first" | "fragment">,
  { organizationId, leadId, noteId }: NotePath & { organizationId: string },
): Promise<Note> {
  const note = await db.first<Note>`
    select ${db.fragment(NOTE)} ${db.fragment(FROM)}
    where n.organization_id = ${organizationId} and n.lead_id = ${leadId} and n.id = ${noteId}`;
  if (!note) throw new AppError("not_found", "The lead has no such note.", { noteId });
  return note;
}

/** A key acts for who made it. */
function isOwn(note: Note, { userId }: Principal): boolean {
  return note.author.id === userId;
}

function isAdmin(principal: Principal): boolean {
  return principal.kind === "person" && ["owner", "admin"].includes(principal.role);
}
