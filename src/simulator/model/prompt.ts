import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { tryParseJson } from "../../lib/json.ts";
import { type Orders, readOrders } from "./orders.ts";

const Part = Type.Object({
  type: Type.String(),
  text: Type.Optional(Type.String()),
  image_url: Type.Optional(Type.Object({ url: Type.String() })),
});

/** As it comes over the wire. */
export const WireChatRequest = Type.Object({
  model: Type.String({ minLength: 1 }),
  messages: Type.Array(
    Type.Object({
      role: Type.String(),
      content: Type.Union([Type.String(), Type.Null(), Type.Array(Part)]),
    }),
    { minItems: 1 },
  ),
  stream: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
  response_format: Type.Optional(
    Type.Object({
      type: Type.String(),
      json_schema: Type.Optional(
        Type.Object({
          name: Type.String(),
          schema: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
        }),
      ),
    }),
  ),
});
type WireChatRequest = Static<typeof WireChatRequest>;

/** With all text of a message in one piece, and the last picture apart. */
export interface ChatRequest extends Omit<WireChatRequest, "messages"> {
  messages: { role: string; content: string | null }[];
  /** A data: address. */
  image: string | null;
}

export function plainRequest(request: WireChatRequest): ChatRequest {
  const parts = request.messages.flatMap(({ content }) => (Array.isArray(content) ? content : []));
  return {
    ...request,
    image: parts.findLast((part) => part.image_url)?.image_url?.url ?? null,
    messages: request.messages.map(({ role, content }) => ({
      role,
      content: Array.isArray(content)
        ? content.flatMap(({ text }) => text ?? []).join("\n")
        : content,
    })),
  };
}

const Business = Type.Object({
  name: Type.String(),
  description: Type.String(),
  language: Type.String(),
});
const Fact = Type.Object({ kind: Type.String(), topic: Type.String(), text: Type.String() });
export type Fact = Static<typeof Fact>;
const Cta = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  name: Type.String(),
  url: Type.Union([Type.String(), Type.Null()]),
});
export type Cta = Static<typeof Cta>;

const ChatMessage = Type.Object({
  author: Type.String(),
  kind: Type.String(),
  text: Type.String(),
  heard: Type.Optional(Type.String()),
  isNew: Type.Boolean(),
});
export type ChatMessage = Static<typeof ChatMessage>;

const Context = Type.Object({
  messages: Type.Array(ChatMessage),
  summary: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  cause: Type.Optional(Type.String()),
  followUpStep: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
  earlierReplyInDoubt: Type.Optional(Type.Boolean()),
  stage: Type.Optional(Type.String()),
  language: Type.Optional(Type.String()),
  lead: Type.Optional(Type.Object({ name: Type.Union([Type.String(), Type.Null()]) })),
  decision: Type.Optional(
    Type.Object({
      action: Type.String(),
      ctaId: Type.Union([Type.String(), Type.Null()]),
      ctaTime: Type.Union([Type.String(), Type.Null()]),
      needsHuman: Type.Boolean(),
    }),
  ),
});
export type Context = Static<typeof Context>;

/** What a prompt tells, as far as the rules need it. */
export interface Briefing {
  business: Static<typeof Business>;
  facts: readonly Fact[];
  ctas: readonly Cta[];
  context: Context;
  orders: Orders;
}

function lastBlock<S extends TSchema>(texts: readonly string[], tag: string, schema: S) {
  const pattern = new RegExp(`<${tag}>\\s*([\\s\\S]*?)\\s*</${tag}>`);
  const found = texts.findLast((text) => pattern.test(text));
  const value = tryParseJson(found?.match(pattern)?.[1] ?? "");
  return Value.Check(schema, value) ? value : undefined;
}

/**
 * Finds the blocks `src/llm/prompts` writes: business, facts and ctas in the system message, context
 * in the last user message that has one. Whatever is missing or in another form is empty.
 */
export function readBriefing({ messages }: ChatRequest): Briefing {
  const texts = (role: string) =>
    messages.flatMap((message) => (message.role === role ? [message.content ?? ""] : []));
  const system = texts("system");
  return {
    business: lastBlock(system, "business", Business) ?? {
      name: "",
      description: "",
      language: "en",
    },
    facts: lastBlock(system, "facts", Type.Array(Fact)) ?? [],
    ctas: lastBlock(system, "ctas", Type.Array(Cta)) ?? [],
    context: lastBlock(texts("user"), "context", Context) ?? { messages: plainMessages(messages) },
    orders: readOrders(system.join("\n")),
  };
}

/** A chat without our blocks, as any other client of the API would send it. */
function plainMessages(messages: ChatRequest["messages"]): ChatMessage[] {
  const last = messages.findLastIndex(({ role }) => role === "user");
  return messages.flatMap(({ role, content }, index) =>
    role === "user" || role === "assistant"
      ? [
          {
            author: role === "user" ? "lead" : "bot",
            kind: "text",
            text: content ?? "",
            isNew: index === last,
          },
        ]
      : [],
  );
}
