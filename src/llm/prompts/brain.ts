/*
 * What a model is sent (the simulator's model relies on this):
 * - `response_format.json_schema.name` is `brain`, `mouth` or `memory` (strict; schemas in answers.ts).
 * - brain and mouth: the system message ends with three JSON blocks, stable per organization:
 *   <business>{name, description, policy, language, timeZone}</business>
 *   <facts>[{kind, topic, text}]</facts>   <ctas>[{id, kind, name, description, url}]</ctas>
 * - All steps: one user message with <context>{…}</context>. Keys for brain and mouth:
 *   messages [{author, kind, text, at, isNew}], summary, cause, followUpStep, earlierReplyInDoubt,
 *   lead {name, intent, sentiment}, stage, now (ISO 8601), localTime; mouth also has `decision`.
 *   Memory: summary (previous or null), messages, language.
 * - A repair or rewrite request appends the assistant's answer and one more user message without a
 *   <context> block: so the context is in the last user message THAT HAS ONE.
 * - Inside blocks `<` and `>` are written \u003c and \u003e, so JSON.parse gives the text back and
 *   customer text can never close a block.
 */
