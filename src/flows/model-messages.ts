import type { Author } from "../funnel/lead.ts";
import type { InboundContent } from "../whatsapp/inbound-content.ts";
import { wordsFor } from "../whatsapp/words.ts";

/** A message as the model is to read it: static SQL over row `alias` of messages. */
export function modelMessage(alias: string): string {
  return `jsonb_build_object('seq', ${alias}.seq, 'author', ${alias}.author,
    'sentAt', ${alias}.sent_at, 'quoted', (select ${worded("q")} from messages q
      where q.integration_id = ${alias}.integration_id and q.wamid = ${alias}.reply_to_wamid
        and q.conversation_id = ${alias}.conversation_id)) || ${worded(alias)}`;
}

/** Only what came from WhatsApp has inbound content; what we send says all in its text. */
function worded(alias: string): string {
  return `jsonb_build_object('kind', ${alias}.kind, 'text', ${alias}.text,
    'content', case when ${alias}.raw is not null then ${alias}.payload end,
    'isDeleted', ${alias}.deleted_at is not null)`;
}

interface WordedRow {
  kind: string;
  text: string | null;
  content: InboundContent | null;
  isDeleted: boolean;
}

export interface ModelMessageRow extends WordedRow {
  seq: number;
  author: Author;
  /** ISO 8601. */
  sentAt: string;
  quoted: WordedRow | null;
}

export function toModelMessage({ seq, author, kind, sentAt, quoted, ...said }: ModelMessageRow) {
  return {
    seq,
    author,
    kind,
    text: wordsFor({ kind, ...said }),
    quoted: quoted && wordsFor(quoted),
    sentAt: new Date(sentAt),
  };
}
