/**
 * What becomes of a file that must not stay, as the SET list of an UPDATE of `media md`: what was personal
 * goes from the row, and the file goes by the `media` stream. Whoever is at it loses it here.
 */
export const FORGET_MEDIA = `state = 'erased', step = 'erase', reading = 'none', wakes = false,
  attempts = 0, next_attempt_at = now(), lease_owner = null, erased_at = now(),
  meta_media_id = 'erased', filename = null, sha256 = null, claimed_mime_type = null,
  transcript = null, transcript_confidence = null, transcript_clear = null, description = null`;
