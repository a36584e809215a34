import { isJsonObject, tryParseJson } from "../../lib/json.ts";
import { member, textOrNull, wordsOrNull } from "../fields.ts";
import type { ShownContent } from "../inbound-content.ts";
import { storableItem } from "../storable.ts";

const tapTypes = ["button_reply", "list_reply"] as const;

/** `interactive`: a tap, a form's answers, or leave to call. Undefined for what nobody can read. */
export function readReply(own: unknown): ShownContent | undefined {
  for (const type of tapTypes) {
    const title = textOrNull(member(member(own, type), "title"));
    if (title === null) continue;
    const reply = member(own, type);
    return {
      type,
      id: wordsOrNull(member(reply, "id")),
      title,
      description: wordsOrNull(member(reply, "description")),
    };
  }
  return readForm(member(own, "nfm_reply")) ?? readPermission(member(own, "call_permission_reply"));
}

/** `response_json` is a string of JSON that may hold anything, also no object and no token. */
function readForm(reply: unknown): ShownContent | undefined {
  if (!isJsonObject(reply)) return undefined;
  const response = member(reply, "response_json");
  const parsed = typeof response === "string" ? tryParseJson(response) : response;
  const { value } = storableItem(parsed);
  const answers = isJsonObject(value) ? value : null;
  return {
    type: "form_reply",
    form: wordsOrNull(member(reply, "name")) ?? "flow",
    body: wordsOrNull(member(reply, "body")),
    token: wordsOrNull(member(answers, "flow_token")),
    answers,
    answerText: answers === null ? wordsOrNull(response) : null,
  };
}

function readPermission(reply: unknown): ShownContent | undefined {
  const response = wordsOrNull(member(reply, "response"));
  if (response === null) return undefined;
  const isPermanent = member(reply, "is_permanent") === true;
  return { type: "call_permission", response, isPermanent };
}
