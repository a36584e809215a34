-- By hand: where two spellings of one number had made two leads, the older keeps it, and each is named on the other.
WITH spelled AS (
  SELECT organization_id, id, lead_id, value, row_number() OVER w AS place, first_value(lead_id) OVER w AS first_id
  FROM lead_identities WHERE kind = 'phone' AND ended_at IS NULL
  WINDOW w AS (PARTITION BY organization_id, (regexp_replace(regexp_replace(regexp_replace(value, '^(55\d\d)9([6-9]\d{7})$', '\1\2'), '^521(\d{10})$', '52\1'), '^549(\d{10})$', '54\1')) ORDER BY started_at, id)
), ended AS (
  UPDATE lead_identities i SET ended_at = now() FROM spelled s
  WHERE s.place > 1 AND i.organization_id = s.organization_id AND i.id = s.id
)
UPDATE leads l SET version = l.version + 1,
  phones = CASE WHEN p.ends IS NULL THEN l.phones
    ELSE array_to_string(array_remove(string_to_array(l.phones, ' '), p.ends), ' ') END,
  maybe_same_as = coalesce(nullif(p.other_id, l.id), l.maybe_same_as)
FROM (
  SELECT DISTINCT ON (organization_id, lead_id) organization_id, lead_id, ends, other_id FROM (
    SELECT organization_id, lead_id, value AS ends, first_id AS other_id FROM spelled WHERE place > 1
    UNION ALL
    SELECT organization_id, first_id, NULL, lead_id FROM spelled WHERE place > 1
  ) pairs ORDER BY organization_id, lead_id, ends NULLS LAST
) p WHERE l.organization_id = p.organization_id AND l.id = p.lead_id;--> statement-breakpoint
CREATE UNIQUE INDEX "lead_identities_phone_key" ON "lead_identities" USING btree ("organization_id",(regexp_replace(regexp_replace(regexp_replace(value, '^(55\d\d)9([6-9]\d{7})$', '\1\2'), '^521(\d{10})$', '52\1'), '^549(\d{10})$', '54\1'))) WHERE kind = 'phone' and ended_at is null;--> statement-breakpoint
CREATE INDEX "media_waiting_index" ON "media" USING btree ("organization_id","next_attempt_at") WHERE step is not null;