import { Elysia } from "elysia";
import type { Db } from "../../db/client.ts";
import type { Auth } from "../../http/plugins/auth.ts";
import { Idempotency, IdParams } from "../../http/plugins/fields.ts";
import { IfMatch, tagged } from "../../http/plugins/versions.ts";
import type { Mutate } from "../mutate.ts";
import * as docs from "./docs.ts";
import { NoteBody, NoteParams, NotesQuery } from "./model.ts";
import { addNote, deleteNote, editNote, listNotes } from "./notes.ts";

/** What the team writes down about a lead. */
export function notesRoutes({ db, auth, mutate }: { db: Db; auth: Auth; mutate: Mutate }) {
  const edited = { params: NoteParams, headers: IfMatch };
  return new Elysia({ name: "lead-notes", prefix: "/:id/notes" })
    .use(auth)
    .get(
      "",
      ({ principal, params: { id }, query }) => listNotes(db, principal.organizationId, id, query),
      { ...docs.notes, params: IdParams, query: NotesQuery },
    )
    .post(
      "",
      async ({ params: { id }, body, status, ...by }) =>
        status(201, await addNote(mutate, by, id, body)),
      { ...docs.addNote, parse: "json", params: IdParams, headers: Idempotency, body: NoteBody },
    )
    .patch(
      "/:noteId",
      async ({ params: { id, noteId }, body, set, ...by }) =>
        tagged(set, await editNote(mutate, by, { leadId: id, noteId }, body)),
      { ...docs.editNote, parse: "json", ...edited, body: NoteBody },
    )
    .delete(
      "/:noteId",
      async ({ params: { id, noteId }, set, ...by }) => {
        await deleteNote(mutate, by, { leadId: id, noteId });
        set.status = 204;
      },
      { ...docs.deleteNote, ...edited },
    );
}
