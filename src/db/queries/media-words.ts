/** The file of a message: static SQL for a join, where `message` names the message's row. */
export function joinMedia(message: string): string {
  return `left join media md on md.organization_id = ${message}.organization_id
    and md.message_id = ${message}.id`;
}

/** What a model reads for a message beside its file `md`: what was heard or is to be seen, else its text. */
export function wordsOf(message: string): string {
  return `coalesce(nullif(md.transcript, ''),
    case when md.description is not null
      then concat_ws(E'\\n', ${message}.text, '[picture: ' || md.description || ']') end,
    ${message}.text, '[' || ${message}.kind || ']')`;
}

/** How well a voice note was understood; null for everything else. */
export const HEARD =
  "case md.transcript_clear when true then 'clear' when false then 'unclear' end";
