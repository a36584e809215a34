import { initials, toneOf } from "../format.ts";

/** A lead's picture: WhatsApp gives none, so initials in a tone of their own. */
export function Avatar({ id, name }: { id: string; name: string }) {
  return (
    <span className={`avatar tone-${toneOf(id)}`} aria-hidden="true">
      {initials(name)}
    </span>
  );
}
